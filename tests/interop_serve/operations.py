"""Every operation of the control plane that the installed botocore knows and keymoot has."""
import base64
import datetime
import json
import secrets

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import padding, rsa
from cryptography.x509.oid import NameOID

from endpoint import BDK, CA, CVK, KEK, client, create

pay = client()
called = set()
pay.meta.events.register("before-call.payment-cryptography", lambda model, **_: called.add(model.name))


def fits(shape, value, at):
    """An answer has the members of the model's shape, of its types, all that it demands, and no other."""
    match shape.type_name:
        case "structure":
            assert set(shape.required_members) <= set(value) <= set(shape.members), (at, value)
            for name, member in value.items():
                fits(shape.members[name], member, f"{at}.{name}")
        case "list":
            for member in value:
                fits(shape.member, member, at)
        case "map":
            for member in value.values():
                fits(shape.value, member, at)
        case "string":
            assert isinstance(value, str) and (not shape.enum or value in shape.enum), (at, value)
        case "boolean":
            assert isinstance(value, bool), (at, value)
        case "timestamp" | "integer" | "long":
            assert isinstance(value, (int, float)) and not isinstance(value, bool), (at, value)


def answered(http_response, model, **_):
    answered_by.add(model.name)
    if http_response.status_code == 200:
        fits(model.output_shape, json.loads(http_response.content), model.name)


answered_by = set()
pay.meta.events.register("after-call.payment-cryptography", answered)


def certificate(subject, key, issuer, issuer_key, ca):
    name = lambda text: x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, text)])
    now = datetime.datetime.now(datetime.timezone.utc)
    usage = dict.fromkeys(
        ["digital_signature", "content_commitment", "key_encipherment", "data_encipherment", "key_agreement",
         "key_cert_sign", "crl_sign", "encipher_only", "decipher_only"], False)
    usage.update({"key_cert_sign": True, "crl_sign": True} if ca else {"key_encipherment": True})
    return (x509.CertificateBuilder().subject_name(name(subject)).issuer_name(name(issuer))
            .public_key(key.public_key()).serial_number(x509.random_serial_number())
            .not_valid_before(now - datetime.timedelta(hours=1)).not_valid_after(now + datetime.timedelta(days=30))
            .add_extension(x509.BasicConstraints(ca, None), True).add_extension(x509.KeyUsage(**usage), True)
            .sign(issuer_key, hashes.SHA256()))


def aws(cert):
    return base64.b64encode(cert.public_bytes(serialization.Encoding.PEM)).decode()


def rsa_key():
    return rsa.generate_private_key(public_exponent=65537, key_size=3072)


oaep = padding.OAEP(padding.MGF1(hashes.SHA256()), hashes.SHA256(), None)

# Keys, their life, their names.
key = create(pay, CVK, Tags=[{"Key": "a", "Value": "1"}])
arn = key["KeyArn"]
assert key["KeyState"] == "CREATE_COMPLETE" and isinstance(key["CreateTimestamp"], datetime.datetime)
age = datetime.datetime.now(datetime.timezone.utc) - key["CreateTimestamp"]
assert abs(age) < datetime.timedelta(minutes=2), "a rehearsal served to programs runs with the clock"
assert pay.get_key(KeyIdentifier=arn)["Key"]["KeyCheckValue"] == key["KeyCheckValue"]
assert not pay.stop_key_usage(KeyIdentifier=arn)["Key"]["Enabled"]
assert pay.start_key_usage(KeyIdentifier=arn)["Key"]["Enabled"]
pay.tag_resource(ResourceArn=arn, Tags=[{"Key": "b", "Value": "2"}])
pay.untag_resource(ResourceArn=arn, TagKeys=["a"])
assert pay.list_tags_for_resource(ResourceArn=arn)["Tags"] == [{"Key": "b", "Value": "2"}]
pay.create_alias(AliasName="alias/a")
pay.update_alias(AliasName="alias/a", KeyArn=arn)
assert pay.get_alias(AliasName="alias/a")["Alias"]["KeyArn"] == arn
assert [a["AliasName"] for a in pay.list_aliases()["Aliases"]] == ["alias/a"]
pay.delete_alias(AliasName="alias/a")
assert pay.delete_key(KeyIdentifier=arn, DeleteKeyInDays=3)["Key"]["KeyState"] == "DELETE_PENDING"
assert pay.restore_key(KeyIdentifier=arn)["Key"]["KeyState"] == "CREATE_COMPLETE"

# In by a cryptogram under the token's certificate, out by one under ours.
given = pay.get_parameters_for_import(KeyMaterialType="KEY_CRYPTOGRAM", WrappingKeyAlgorithm="RSA_3072")
leaf = x509.load_pem_x509_certificate(base64.b64decode(given["WrappingKeyCertificate"]))
clear = secrets.token_bytes(16)
inside = pay.import_key(KeyMaterial={"KeyCryptogram": {
    "KeyAttributes": KEK, "Exportable": True, "ImportToken": given["ImportToken"],
    "WrappedKeyCryptogram": leaf.public_key().encrypt(clear, oaep).hex().upper(), "WrappingSpec": "RSA_OAEP_SHA_256",
}})["Key"]
ca_key, leaf_key = rsa_key(), rsa_key()
root = certificate("Root", ca_key, "Root", ca_key, True)
ca = pay.import_key(KeyMaterial={"RootCertificatePublicKey": {
    "KeyAttributes": CA, "PublicKeyCertificate": aws(root)}})["Key"]
out = pay.export_key(ExportKeyIdentifier=inside["KeyArn"], KeyMaterial={"KeyCryptogram": {
    "CertificateAuthorityPublicKeyIdentifier": ca["KeyArn"], "WrappingSpec": "RSA_OAEP_SHA_256",
    "WrappingKeyCertificate": aws(certificate("Receiver", leaf_key, "Root", ca_key, False)),
}})["WrappedKey"]
assert leaf_key.decrypt(bytes.fromhex(out["KeyMaterial"]), oaep) == clear
assert out["KeyCheckValue"] == inside["KeyCheckValue"]

# Out and in by TR-31, and an initial key for a terminal.
bdk = create(pay, BDK)
block = pay.export_key(ExportKeyIdentifier=bdk["KeyArn"], KeyMaterial={
    "Tr31KeyBlock": {"WrappingKeyIdentifier": inside["KeyArn"]}})["WrappedKey"]
back = pay.import_key(KeyMaterial={"Tr31KeyBlock": {
    "WrappingKeyIdentifier": inside["KeyArn"], "WrappedKeyBlock": block["KeyMaterial"]}})["Key"]
assert back["KeyCheckValue"] == bdk["KeyCheckValue"] and back["KeyArn"] != bdk["KeyArn"]
initial = pay.export_key(
    ExportKeyIdentifier=bdk["KeyArn"],
    KeyMaterial={"Tr31KeyBlock": {"WrappingKeyIdentifier": inside["KeyArn"]}},
    ExportAttributes={"ExportDukptInitialKey": {"KeySerialNumber": "FFFF9876543210E00000"}})["WrappedKey"]
assert initial["KeyMaterial"][5:7] == "B1"

# The other way round: parameters for export, certificates and requests of our own.
mine = pay.get_parameters_for_export(KeyMaterialType="TR34_KEY_BLOCK", SigningKeyAlgorithm="RSA_2048")
assert mine["ExportToken"].startswith("export-token-")
signer = pay.create_key(Exportable=False, KeyAttributes={
    "KeyUsage": "TR31_S0_ASYMMETRIC_KEY_FOR_DIGITAL_SIGNATURE", "KeyAlgorithm": "RSA_2048",
    "KeyClass": "ASYMMETRIC_KEY_PAIR", "KeyModesOfUse": {"Sign": True}})["Key"]
public = pay.get_public_key_certificate(KeyIdentifier=signer["KeyArn"])
ours = x509.load_pem_x509_certificate(base64.b64decode(public["KeyCertificate"]))
issuer = x509.load_pem_x509_certificate(base64.b64decode(public["KeyCertificateChain"]))
ours.verify_directly_issued_by(issuer)
request = pay.get_certificate_signing_request(
    KeyIdentifier=signer["KeyArn"], SigningAlgorithm="SHA256", CertificateSubject={"CommonName": "signer"})
csr = x509.load_pem_x509_csr(base64.b64decode(request["CertificateSigningRequest"]))
assert csr.is_signature_valid and csr.public_key() == ours.public_key()

assert {k["KeyArn"] for k in pay.list_keys()["Keys"]} >= {arn, inside["KeyArn"], ca["KeyArn"]}

OURS = {
    "CreateKey", "DeleteKey", "ExportKey", "GetKey", "GetParametersForExport", "GetParametersForImport", "ImportKey",
    "ListKeys", "RestoreKey", "StartKeyUsage", "StopKeyUsage", "CreateAlias", "UpdateAlias", "DeleteAlias", "GetAlias",
    "ListAliases", "TagResource", "UntagResource", "ListTagsForResource", "GetPublicKeyCertificate",
    "GetCertificateSigningRequest",
}
assert called == answered_by == OURS, called ^ OURS
# What a later botocore knows and keymoot has not is refused by name.
for later in sorted(set(pay.meta.service_model.operation_names) - OURS):
    try:
        pay._make_api_call(later, {name: ["us-east-2"] if shape.type_name == "list" else arn for name, shape in
                                   pay.meta.service_model.operation_model(later).input_shape.members.items()})
        raise SystemExit(f"{later} was answered")
    except pay.exceptions.ClientError as error:
        told = error.response["Error"]
        assert told["Code"] == "ValidationException", error
        assert told["Message"] == f"{later} is not supported by this control plane.", error
print("held")
