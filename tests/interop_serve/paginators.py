"""The three paginators, over more than a page of each."""
from endpoint import CVK, client, create

pay = client()
keys = [create(pay, CVK)["KeyArn"] for _ in range(123)]
pay.stop_key_usage(KeyIdentifier=keys[0])
pay.delete_key(KeyIdentifier=keys[1])
for size in (None, 1, 50, 100):
    config = {} if size is None else {"PageSize": size}
    pages = list(pay.get_paginator("list_keys").paginate(PaginationConfig=config))
    found = [key["KeyArn"] for page in pages for key in page["Keys"]]
    assert sorted(found) == sorted(keys), size
    assert len(pages) == -(-len(keys) // (size or 50)), (size, len(pages))
pending = pay.get_paginator("list_keys").paginate(KeyState="DELETE_PENDING")
assert [key["KeyArn"] for page in pending for key in page["Keys"]] == [keys[1]]

names = [f"alias/n-{n:03}" for n in range(60)]
for name in names:
    pay.create_alias(AliasName=name, KeyArn=keys[2] if name.endswith("7") else keys[3])
pages = pay.get_paginator("list_aliases").paginate(PaginationConfig={"PageSize": 7})
assert sorted(a["AliasName"] for page in pages for a in page["Aliases"]) == names

tags = {f"tag-{n:03}": str(n) for n in range(120)}
pay.tag_resource(ResourceArn=keys[4], Tags=[{"Key": k, "Value": v} for k, v in tags.items()])
pages = pay.get_paginator("list_tags_for_resource").paginate(ResourceArn=keys[4], PaginationConfig={"PageSize": 11})
assert {t["Key"]: t["Value"] for page in pages for t in page["Tags"]} == tags
print("held")
