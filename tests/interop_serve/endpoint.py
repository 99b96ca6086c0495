"""The client, as anybody makes it: where it calls stands in the environment alone."""
import boto3
from botocore.config import Config

ONE_TRY = Config(retries={"total_max_attempts": 1})


def client(**more):
    more.setdefault("config", ONE_TRY)
    return boto3.client("payment-cryptography", **more)


def attributes(usage, algorithm, modes, kind="SYMMETRIC_KEY"):
    return {
        "KeyUsage": usage,
        "KeyAlgorithm": algorithm,
        "KeyClass": kind,
        "KeyModesOfUse": {mode: True for mode in modes},
    }


KEK = attributes("TR31_K0_KEY_ENCRYPTION_KEY", "AES_128", ["Encrypt", "Decrypt", "Wrap", "Unwrap"])
CVK = attributes("TR31_C0_CARD_VERIFICATION_KEY", "TDES_2KEY", ["Generate", "Verify"])
BDK = attributes("TR31_B0_BASE_DERIVATION_KEY", "TDES_2KEY", ["DeriveKey"])
CA = attributes("TR31_S0_ASYMMETRIC_KEY_FOR_DIGITAL_SIGNATURE", "RSA_3072", ["Verify"], "PUBLIC_KEY")


def create(pay, what, **more):
    return pay.create_key(KeyAttributes=what, Exportable=True, **more)["Key"]
