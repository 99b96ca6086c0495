"""Runs the public sample scripts of a checkout, unmodified, twice each in one vault.

Named on the command line: a checkout of aws-samples/samples-for-payment-cryptography-service. Nothing of it is kept.
"""
import datetime
import pathlib
import re
import subprocess
import sys

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


def signed_export():
    """The row that lives in a function of another service: the script's own functions for this one are called."""
    sys.path.insert(0, str(root / "rsa/export_app_with_signature/lambdas"))
    import main  # the sample
    from cryptography import x509
    from cryptography.hazmat.primitives import hashes, serialization
    from cryptography.hazmat.primitives.asymmetric import rsa
    from cryptography.x509.oid import NameOID

    def issue(subject, key, issuer, issuer_key, ca):
        name = lambda text: x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, text)])
        now = datetime.datetime.now(datetime.timezone.utc)
        usage = dict.fromkeys(["digital_signature", "content_commitment", "key_encipherment", "data_encipherment",
                               "key_agreement", "key_cert_sign", "crl_sign", "encipher_only", "decipher_only"], False)
        usage["key_cert_sign" if ca else "key_encipherment"] = True
        return (x509.CertificateBuilder().subject_name(name(subject)).issuer_name(name(issuer))
                .public_key(key.public_key()).serial_number(x509.random_serial_number())
                .not_valid_before(now - datetime.timedelta(minutes=5))
                .not_valid_after(now + datetime.timedelta(days=10))
                .add_extension(x509.BasicConstraints(ca, None), True).add_extension(x509.KeyUsage(**usage), True)
                .sign(issuer_key, hashes.SHA256()))

    keys = [rsa.generate_private_key(public_exponent=65537, key_size=4096) for _ in range(3)]
    certificates = [issue("Root", keys[0], "Root", keys[0], True), issue("Middle", keys[1], "Root", keys[0], True),
                    issue("Leaf", keys[2], "Middle", keys[1], False)]
    for _ in range(2):
        _, middle = main.import_public_key_to_payment_crypto(certificates[0], certificates[1])
        key, check_value = main.generate_aes_128_key()
        leaf = certificates[2].public_bytes(serialization.Encoding.PEM)
        assert main.export_aes_key(key, leaf, middle)
        assert main.get_key_check_value(key) == check_value


def twice(script, *arguments, says=()):
    for time in ("first", "second"):
        run(script, *arguments, says=says)
        print(script, time, flush=True)


twice("rsa/import_app/import_raw_key_rsa.py", says=["KCV Matches\\? True"])
twice("rsa/export_app/export_raw_key_from_apc_with_rsa_wrap.py", says=["decrypted key: +True"])
given = run("rsa/import_app/import_raw_key_rsa.py", "--action", "importclearkey", "-k", KBPK, "-a", "T", "-t", "K0")
twice("tr34/import_app/import_tr31_raw_key_to_apc.py", "-z", arn(given), says=["Reported KCV: F5E350"])
signed_export()
print("rsa/export_app_with_signature/lambdas/main.py", flush=True)
twice("tr34/import_app/import_raw_key_tr34.py")
twice("tr34/import_app/apc_demo_keysetup.py")
twice("tr34/export-app/export_raw_key_from_apc.py")
print("held")
