"""Exceptions as boto3's own classes, and signatures that do not count."""
import datetime
import os
from unittest import mock

import botocore.auth
from botocore.exceptions import ClientError

from endpoint import CVK, client, create

pay = client()
known = pay.exceptions


def refused(kind, call, words=""):
    try:
        call()
    except kind as error:
        assert words in str(error), error
        return error.response
    raise SystemExit(f"not refused: {kind}")


def code(call):
    return refused(ClientError, call)["Error"]["Code"]


answer = refused(known.ResourceNotFoundException, lambda: pay.get_key(KeyIdentifier="alias/none"), "alias/none")
assert answer["ResourceId"] == "alias/none"
assert answer["ResponseMetadata"]["HTTPStatusCode"] == 400 and answer["ResponseMetadata"]["RequestId"]
refused(known.ValidationException, lambda: pay.list_keys(MaxResults=1000), "1 validation error detected")
refused(known.ValidationException, lambda: pay.list_keys(NextToken="bogus"))
arn = create(pay, CVK)["KeyArn"]
pay.create_alias(AliasName="alias/a")
refused(known.ConflictException, lambda: pay.create_alias(AliasName="alias/a"), "already exists")
pay.delete_key(KeyIdentifier=arn)
refused(known.ValidationException, lambda: pay.delete_key(KeyIdentifier=arn), "not in CREATE_COMPLETE state.")

# What is no credential of this run.
assert code(client(aws_secret_access_key="wrong", aws_access_key_id=os.environ["AWS_ACCESS_KEY_ID"]).list_keys) \
    == "InvalidSignatureException"
assert code(client(aws_secret_access_key="wrong", aws_access_key_id="AKIAIOSFODNN7EXAMPLE").list_keys) \
    == "UnrecognizedClientException"
assert code(client(aws_access_key_id=os.environ["AWS_ACCESS_KEY_ID"], aws_session_token="token",
                   aws_secret_access_key=os.environ["AWS_SECRET_ACCESS_KEY"]).list_keys) == "UnrecognizedClientException"
unsigned = client(config=__import__("botocore").config.Config(signature_version=__import__("botocore").UNSIGNED))
assert code(unsigned.list_keys) == "MissingAuthenticationTokenException"

# A request from the day before yesterday, and one from tomorrow.
clock = "get_current_datetime" if hasattr(botocore.auth, "get_current_datetime") else None
for hours in (-48, 24):
    shifted = datetime.datetime.now(datetime.timezone.utc) + datetime.timedelta(hours=hours)
    if clock:
        with mock.patch.object(botocore.auth, clock, lambda *a, **k: shifted.replace(tzinfo=None)):
            got = code(client().list_keys)
    else:
        class Shifted(datetime.datetime):
            @classmethod
            def utcnow(cls):
                return shifted.replace(tzinfo=None)
        with mock.patch.object(botocore.auth.datetime, "datetime", Shifted):
            got = code(client().list_keys)
    assert got == "InvalidSignatureException", got

# A body over the limit is refused, not cut off.
big = refused(ClientError, lambda: pay.get_key(KeyIdentifier="alias/" + "x" * (2 << 20)))
assert big["ResponseMetadata"]["HTTPStatusCode"] == 413, big
# And after all this the connection still answers.
assert pay.get_key(KeyIdentifier=arn)["Key"]["KeyState"] == "DELETE_PENDING"
print("held")
