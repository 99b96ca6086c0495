"""Runs the public sample scripts of a checkout, unmodified, twice each in one vault.

Named on the command line: a checkout of aws-samples/samples-for-payment-cryptography-service. Nothing of it is kept.
"""
import base64
import datetime
import json
import os
import pathlib
import re
import subprocess
import sys

import boto3
from cryptography import x509
from cryptography.hazmat.primitives import cmac, hashes, serialization
from cryptography.hazmat.primitives.asymmetric import padding, rsa
from cryptography.hazmat.primitives.ciphers import algorithms
from cryptography.x509.oid import NameOID

import neighbours

root = pathlib.Path(sys.argv[1]) / "key-import-export"
assert root.is_dir(), f"{root} is no folder: is {sys.argv[1]} a checkout of the samples?"
KBPK = "8A8349794C9EE9A4C2927098F249FED6"


def run(script, *arguments, says=()):
    path = root / script
    ran = subprocess.run([sys.executable, "-W", "ignore", path.name, *arguments], cwd=path.parent, timeout=240,
                         stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    assert ran.returncode == 0, f"{script} ended with {ran.returncode}\n{ran.stdout}"
    for words in says:
        assert re.search(words, ran.stdout), f"{script} did not say {words!r}\n{ran.stdout}"
    return ran.stdout


def arn(text):
    return re.findall(r"arn:aws:payment-cryptography:[a-z0-9-]+:[0-9]{12}:key/[0-9a-z]+", text)[-1]


HANDLE = "import json, main; print(json.dumps(main.lambda_handler({}, None)))"


def issue(subject, key, issuer, issuer_key, ca):
    def name(*parts):
        return x509.Name([x509.NameAttribute(oid, text) for oid, text in parts])
    now = datetime.datetime.now(datetime.timezone.utc)
    usage = dict.fromkeys(["digital_signature", "content_commitment", "key_encipherment", "data_encipherment",
                           "key_agreement", "key_cert_sign", "crl_sign", "encipher_only", "decipher_only"], False)
    usage["key_cert_sign" if ca else "key_encipherment"] = True
    return (x509.CertificateBuilder().subject_name(name(*subject)).issuer_name(name(*issuer))
            .public_key(key.public_key()).serial_number(x509.random_serial_number())
            .not_valid_before(now - datetime.timedelta(minutes=5))
            .not_valid_after(now + datetime.timedelta(days=10))
            .add_extension(x509.BasicConstraints(ca, None), True).add_extension(x509.KeyUsage(**usage), True)
            .sign(issuer_key, hashes.SHA256()))


def signed_export():
    """The row that lives in a function of another service: its handler runs whole, that service's neighbours played."""
    called = [(NameOID.COMMON_NAME, text) for text in ("Root", "Middle", "Leaf")]
    keys = [rsa.generate_private_key(public_exponent=65537, key_size=4096) for _ in called]
    # The receiver knows its leaf by this name.
    leaf = [called[2], (NameOID.USER_ID, "identity:idms.group.9091071")]
    certificates = {"root": issue(called[:1], keys[0], called[:1], keys[0], True),
                    "middle": issue(called[1:2], keys[1], called[:1], keys[0], True),
                    "leaf": issue(leaf, keys[2], called[1:2], keys[1], False)}
    for name, certificate in certificates.items():
        pem = certificate.public_bytes(serialization.Encoding.PEM)
        neighbours.Neighbours.objects[f"/bucket/{name}.pem"] = pem
    elsewhere = neighbours.begin()
    given = {"CERTIFICATE_S3_URI": "s3://bucket/leaf.pem", "ROOT_CERTIFICATE_S3_URI": "s3://bucket/root.pem",
             "ICA_CERTIFICATE_S3_URI": "s3://bucket/middle.pem", "DATA_TYPE": "pin", "ENVIRONMENT": "non-production",
             "S3_BUCKET": "results", "AWS_ENDPOINT_URL_S3": elsewhere, "AWS_ENDPOINT_URL_KMS": elsewhere}
    folder = root / "rsa/export_app_with_signature/lambdas"
    known = {}
    # Twice as new; then with the keys of before, which is its other way through.
    for time in ("first", "second", "third"):
        ran = subprocess.run([sys.executable, "-W", "ignore", "-c", HANDLE], cwd=folder, timeout=240,
                             env={**os.environ, **given, **known}, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                             stderr=subprocess.STDOUT, text=True)
        assert ran.returncode == 0, ran.stdout
        answer = json.loads(ran.stdout.strip().splitlines()[-1])
        assert answer["statusCode"] == 200, ran.stdout
        result = answer["body"]["result"]
        exported = boto3.client("payment-cryptography").get_key(KeyIdentifier=result["APC_KEY_ARN"])["Key"]
        assert exported["KeyCheckValue"] == result["kcv"]
        # It takes the hex of the cryptogram for base64: back to the text, and the key comes out.
        hexadecimal = base64.b64encode(bytes.fromhex(result["enc_aes_key1"])).decode()
        oaep = padding.OAEP(padding.MGF1(hashes.SHA256()), hashes.SHA256(), None)
        key = keys[2].decrypt(bytes.fromhex(hexadecimal), oaep)
        mac = cmac.CMAC(algorithms.AES(key))
        mac.update(bytes(16))
        assert mac.finalize()[:3].hex().upper() == result["kcv"]
        assert neighbours.Neighbours.objects["/results/results/kcv.txt"].decode() == result["kcv"]
        print("rsa/export_app_with_signature/lambdas/main.py", time, flush=True)
        if time == "second":
            above = result["APC_ROOT_KEY_ARN"]
            known = {"APC_KEY_ARN": result["APC_KEY_ARN"], "APC_ROOT_KEY_ARN": above, "APC_ICA_KEY_ARN": below(above)}


def below(above):
    """The newest certificate that was imported after the root: the sample does not tell its name."""
    keys = boto3.client("payment-cryptography").get_paginator("list_keys").paginate(KeyState="CREATE_COMPLETE")
    public = [key["KeyArn"] for page in keys for key in page["Keys"]
              if key["KeyAttributes"]["KeyClass"] == "PUBLIC_KEY"]
    return public[public.index(above) + 1]


def twice(script, *arguments, says=()):
    for time in ("first", "second"):
        run(script, *arguments, says=says)
        print(script, time, flush=True)


twice("rsa/import_app/import_raw_key_rsa.py", says=["KCV Matches\\? True"])
twice("rsa/export_app/export_raw_key_from_apc_with_rsa_wrap.py", says=["decrypted key: +True"])
given = run("rsa/import_app/import_raw_key_rsa.py", "--action", "importclearkey", "-k", KBPK, "-a", "T", "-t", "K0")
twice("tr34/import_app/import_tr31_raw_key_to_apc.py", "-z", arn(given), says=["Reported KCV: F5E350"])
signed_export()
twice("tr34/import_app/import_raw_key_tr34.py")
twice("tr34/import_app/apc_demo_keysetup.py")
twice("tr34/export-app/export_raw_key_from_apc.py")
print("held")
