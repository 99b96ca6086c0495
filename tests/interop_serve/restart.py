"""A vault in a folder, served twice."""
import sys

from endpoint import CVK, client, create

pay = client()
if sys.argv[1] == "first":
    key = create(pay, CVK)
    pay.create_alias(AliasName="alias/kept", KeyArn=key["KeyArn"])
    pay.tag_resource(ResourceArn=key["KeyArn"], Tags=[{"Key": "kcv", "Value": key["KeyCheckValue"]}])
else:
    arn = pay.get_alias(AliasName="alias/kept")["Alias"]["KeyArn"]
    key = pay.get_key(KeyIdentifier=arn)["Key"]
    tags = pay.list_tags_for_resource(ResourceArn=arn)["Tags"]
    assert tags == [{"Key": "kcv", "Value": key["KeyCheckValue"]}], tags
    assert len(pay.list_keys()["Keys"]) == 1
print("held")
