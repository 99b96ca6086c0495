"""What the public sample scripts ask for, call by call in their order, each row twice in one vault.

Written from the observed order of calls alone. Rows that end in a TR-34 token go up to it here.
"""
import base64
import datetime
import functools
import secrets
import warnings

import boto3
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import padding, rsa
from cryptography.x509.oid import NameOID

warnings.simplefilter("ignore")
import psec  # noqa: E402

pay = boto3.client("payment-cryptography")
order = []
pay.meta.events.register("before-call.payment-cryptography", lambda model, **_: order.append(model.name))
OAEP = padding.OAEP(padding.MGF1(hashes.SHA256()), hashes.SHA256(), None)
NINE = ["Encrypt", "Decrypt", "Wrap", "Unwrap", "Generate", "Sign", "Verify", "DeriveKey", "NoRestrictions"]


def asked(*calls):
    assert order == list(calls), order
    order.clear()


def attributes(usage, algorithm, modes, kind="SYMMETRIC_KEY"):
    # Some scripts name all nine booleans.
    return {"KeyUsage": usage, "KeyAlgorithm": algorithm, "KeyClass": kind,
            "KeyModesOfUse": {mode: mode in modes for mode in NINE}}


def kek(algorithm):
    return attributes("TR31_K0_KEY_ENCRYPTION_KEY", algorithm, NINE[:4])


def verifier(bits):
    return attributes("TR31_S0_ASYMMETRIC_KEY_FOR_DIGITAL_SIGNATURE", f"RSA_{bits}", ["Verify"], "PUBLIC_KEY")


def issue(subject, key, issuer, issuer_key, ca=True):
    def name(text):
        return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, text)])
    usage = dict.fromkeys(["digital_signature", "content_commitment", "key_encipherment", "data_encipherment",
                           "key_agreement", "key_cert_sign", "crl_sign", "encipher_only", "decipher_only"], False)
    usage["key_cert_sign" if ca else "key_encipherment"] = True
    now = datetime.datetime.now(datetime.timezone.utc)
    certificate = (
        x509.CertificateBuilder().subject_name(name(subject)).issuer_name(name(issuer)).public_key(key.public_key())
        .serial_number(x509.random_serial_number()).not_valid_before(now - datetime.timedelta(minutes=5))
        .not_valid_after(now + datetime.timedelta(days=10)).add_extension(x509.BasicConstraints(ca, None), True)
        .add_extension(x509.KeyUsage(**usage), True).sign(issuer_key, hashes.SHA256()))
    return base64.b64encode(certificate.public_bytes(serialization.Encoding.PEM)).decode()


@functools.lru_cache
def new_key(bits, _whose):
    """The same for both runs: what is being tested is not this search."""
    return rsa.generate_private_key(public_exponent=65537, key_size=bits)


def free_alias(name, second, days=3):
    """Makes room under an alias: the first time it is made without a key, later its old key goes."""
    try:
        held = pay.get_alias(AliasName=name)["Alias"].get("KeyArn")
        assert second, "the alias was there the first time"
        if held:
            pay.update_alias(AliasName=name)
            if pay.get_key(KeyIdentifier=held)["Key"]["KeyState"] == "CREATE_COMPLETE":
                pay.delete_key(KeyIdentifier=held, DeleteKeyInDays=days)
            asked("GetAlias", "UpdateAlias", "GetKey", "DeleteKey")
    except pay.exceptions.ResourceNotFoundException:
        assert not second, "the alias is gone"
        pay.create_alias(AliasName=name)
        asked("GetAlias", "CreateAlias")


def tr34_import(second):
    free_alias("alias/tr34-key-import-kdh-ca", second)
    key = new_key(2048, "ca")
    root = pay.import_key(KeyMaterial={"RootCertificatePublicKey": {
        "KeyAttributes": verifier(2048), "PublicKeyCertificate": issue("KDH CA", key, "KDH CA", key)}},
        KeyCheckValueAlgorithm="ANSI_X9_24", Tags=[])["Key"]
    pay.get_alias(AliasName="alias/tr34-key-import-kdh-ca")
    pay.update_alias(AliasName="alias/tr34-key-import-kdh-ca", KeyArn=root["KeyArn"])
    given = pay.get_parameters_for_import(KeyMaterialType="TR34_KEY_BLOCK", WrappingKeyAlgorithm="RSA_3072")
    asked("ImportKey", "GetAlias", "UpdateAlias", "GetParametersForImport")
    leaf = x509.load_pem_x509_certificate(base64.b64decode(given["WrappingKeyCertificate"]))
    assert leaf.public_key().key_size == 3072
    x509.load_pem_x509_certificate(base64.b64decode(given["WrappingKeyCertificateChain"]))


def import_clear(clear, algorithm, size="RSA_4096"):
    given = pay.get_parameters_for_import(KeyMaterialType="KEY_CRYPTOGRAM", WrappingKeyAlgorithm=size)
    leaf = x509.load_pem_x509_certificate(base64.b64decode(given["WrappingKeyCertificate"]))
    return pay.import_key(Enabled=True, Tags=[], KeyMaterial={"KeyCryptogram": {
        "Exportable": True, "ImportToken": given["ImportToken"], "KeyAttributes": kek(algorithm),
        "WrappedKeyCryptogram": leaf.public_key().encrypt(clear, OAEP).hex().upper(),
        "WrappingSpec": "RSA_OAEP_SHA_256"}})["Key"]


def tr31_import(second):
    name, wrapping, working = "alias/tr31-import", secrets.token_bytes(16), secrets.token_bytes(16)
    under = import_clear(wrapping, "TDES_2KEY")
    asked("GetParametersForImport", "ImportKey")
    free_alias(name, second)
    block = psec.tr31.wrap(wrapping, psec.tr31.Header("B", "B0", "T", "X", "00", "E"), working)
    # The region is read back out of the ARN.
    assert under["KeyArn"].split(":")[3] == pay.meta.region_name
    key = pay.import_key(Enabled=True, KeyMaterial={"Tr31KeyBlock": {
        "WrappingKeyIdentifier": under["KeyArn"], "WrappedKeyBlock": block.upper()}})["Key"]
    pay.update_alias(AliasName=name, KeyArn=key["KeyArn"])
    asked("ImportKey", "UpdateAlias")
    assert key["KeyAttributes"]["KeyUsage"].startswith("TR31_B0")


def demo_keys(second):
    wrapping = secrets.token_bytes(16)
    under = import_clear(wrapping, "AES_128", "RSA_3072")
    asked("GetParametersForImport", "ImportKey")
    wanted = [("bdk", "B0", "T", "X", 16), ("bdk-aes", "B0", "A", "X", 16), ("pek", "P0", "T", "B", 24),
              ("pek-acquirer", "P0", "T", "B", 24), ("imk", "E0", "T", "X", 16), ("mac", "M3", "T", "C", 16)]
    for label, usage, algorithm, mode, length in wanted:
        name = f"alias/demo-{label}"
        free_alias(name, second)
        block = psec.tr31.wrap(
            wrapping, psec.tr31.Header("D", usage, algorithm, mode, "00", "E"), secrets.token_bytes(length))
        key = pay.import_key(Enabled=True, KeyMaterial={"Tr31KeyBlock": {
            "WrappingKeyIdentifier": under["KeyArn"], "WrappedKeyBlock": block.upper()}})["Key"]
        pay.update_alias(AliasName=name, KeyArn=key["KeyArn"])
        asked("ImportKey", "UpdateAlias")
        assert key["KeyOrigin"] == "EXTERNAL" and key["KeyAttributes"]["KeyUsage"].startswith(f"TR31_{usage}")
    free_alias("alias/demo-pvv", second)
    key = pay.create_key(Exportable=True, KeyAttributes=attributes(
        "TR31_V2_VISA_PIN_VERIFICATION_KEY", "TDES_2KEY", ["Generate", "Verify"]))["Key"]
    pay.update_alias(AliasName="alias/demo-pvv", KeyArn=key["KeyArn"])
    asked("CreateKey", "UpdateAlias")


def tr34_export(second):
    free_alias("alias/tr34-export-root", second)
    key = new_key(2048, "ca")
    root = pay.import_key(KeyMaterial={"RootCertificatePublicKey": {
        "KeyAttributes": verifier(2048), "PublicKeyCertificate": issue("KRD CA", key, "KRD CA", key)}},
        KeyCheckValueAlgorithm="ANSI_X9_24", Tags=[])["Key"]
    pay.update_alias(AliasName="alias/tr34-export-root", KeyArn=root["KeyArn"])
    asked("ImportKey", "UpdateAlias")
    free_alias("alias/tr34-key-export", second)
    made = pay.create_key(Exportable=True, KeyAttributes=attributes(
        "TR31_D0_SYMMETRIC_DATA_ENCRYPTION_KEY", "TDES_2KEY", NINE[:4]))["Key"]
    pay.update_alias(AliasName="alias/tr34-key-export", KeyArn=made["KeyArn"])
    given = pay.get_parameters_for_export(KeyMaterialType="TR34_KEY_BLOCK", SigningKeyAlgorithm="RSA_2048")
    asked("CreateKey", "UpdateAlias", "GetParametersForExport")
    assert given["ExportToken"] and given["SigningKeyCertificate"] and given["SigningKeyCertificateChain"]


def rsa_import(_):
    clear = secrets.token_bytes(16)
    import_clear(clear, "TDES_2KEY")
    asked("GetParametersForImport", "ImportKey")
    # Encrypt and Decrypt alone are no mode of a key-encryption key.
    given = pay.get_parameters_for_import(KeyMaterialType="KEY_CRYPTOGRAM", WrappingKeyAlgorithm="RSA_4096")
    leaf = x509.load_pem_x509_certificate(base64.b64decode(given["WrappingKeyCertificate"]))
    try:
        pay.import_key(KeyMaterial={"KeyCryptogram": {
            "Exportable": True, "ImportToken": given["ImportToken"], "WrappingSpec": "RSA_OAEP_SHA_256",
            "KeyAttributes": attributes("TR31_K0_KEY_ENCRYPTION_KEY", "TDES_2KEY", ["Encrypt", "Decrypt"]),
            "WrappedKeyCryptogram": leaf.public_key().encrypt(clear, OAEP).hex().upper()}})
        raise SystemExit("Encrypt and Decrypt alone were taken")
    except pay.exceptions.ValidationException:
        asked("GetParametersForImport", "ImportKey")


def rsa_export(_):
    made = pay.create_key(Exportable=True, KeyAttributes=kek("TDES_3KEY"))["Key"]
    ca_key, leaf_key = new_key(4096, "root"), new_key(2048, "leaf")
    root = pay.import_key(KeyMaterial={"RootCertificatePublicKey": {
        "KeyAttributes": verifier(4096), "PublicKeyCertificate": issue("Root", ca_key, "Root", ca_key)}})["Key"]
    out = pay.export_key(ExportKeyIdentifier=made["KeyArn"], KeyMaterial={"KeyCryptogram": {
        "CertificateAuthorityPublicKeyIdentifier": root["KeyArn"], "WrappingSpec": "RSA_OAEP_SHA_256",
        "WrappingKeyCertificate": issue("Leaf", leaf_key, "Root", ca_key, False)}})["WrappedKey"]
    pay.delete_key(KeyIdentifier=made["KeyArn"], DeleteKeyInDays=3)
    pay.delete_key(KeyIdentifier=root["KeyArn"], DeleteKeyInDays=3)
    asked("CreateKey", "ImportKey", "ExportKey", "DeleteKey", "DeleteKey")
    assert len(leaf_key.decrypt(bytes.fromhex(out["KeyMaterial"]), OAEP)) == 24


def trusted_export(_):
    root_key, middle_key, leaf_key = (new_key(4096, who) for who in ("root", "middle", "leaf"))
    tags = [{"Key": "Name", "Value": "ROOT"}, {"Key": "Description", "Value": "Imported root certificate"}]
    root = pay.import_key(KeyCheckValueAlgorithm="CMAC", Enabled=True, Tags=tags, KeyMaterial={
        "RootCertificatePublicKey": {
            "KeyAttributes": verifier(4096), "PublicKeyCertificate": issue("Root", root_key, "Root", root_key)}})["Key"]
    middle = pay.import_key(KeyCheckValueAlgorithm="CMAC", Enabled=True, Tags=tags, KeyMaterial={
        "TrustedCertificatePublicKey": {
            "CertificateAuthorityPublicKeyIdentifier": root["KeyArn"], "KeyAttributes": verifier(4096),
            "PublicKeyCertificate": issue("Middle", middle_key, "Root", root_key)}})["Key"]
    made = pay.create_key(KeyAttributes=kek("AES_128"), KeyCheckValueAlgorithm="CMAC", Exportable=True, Enabled=True,
                          Tags=tags)["Key"]
    out = pay.export_key(ExportKeyIdentifier=made["KeyArn"], KeyMaterial={"KeyCryptogram": {
        "CertificateAuthorityPublicKeyIdentifier": middle["KeyArn"], "WrappingSpec": "RSA_OAEP_SHA_256",
        "WrappingKeyCertificate": issue("Leaf", leaf_key, "Middle", middle_key, False)}})["WrappedKey"]
    assert pay.get_key(KeyIdentifier=made["KeyArn"])["Key"]["KeyCheckValue"] == made["KeyCheckValue"]
    asked("ImportKey", "ImportKey", "CreateKey", "ExportKey", "GetKey")
    assert len(leaf_key.decrypt(bytes.fromhex(out["KeyMaterial"]), OAEP)) == 16


def tear_down(_):
    for key in pay.list_keys(KeyState="CREATE_COMPLETE")["Keys"]:
        pay.list_tags_for_resource(ResourceArn=key["KeyArn"])
        assert pay.delete_key(KeyIdentifier=key["KeyArn"])["Key"]["KeyState"] == "DELETE_PENDING"
    for alias in pay.list_aliases()["Aliases"]:
        pay.delete_alias(AliasName=alias["AliasName"])
    order.clear()


ROWS = [tr34_import, tr31_import, demo_keys, tr34_export, rsa_import, rsa_export, trusted_export]
for run in (False, True):
    for row in ROWS:
        row(run)
        print(row.__name__, "second" if run else "first")
tear_down(True)
assert not pay.list_keys(KeyState="CREATE_COMPLETE")["Keys"] and not pay.list_aliases()["Aliases"]
print("held")
