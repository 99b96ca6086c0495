"""What the sample that lives in a function of another service meets there beside keymoot: an object store and a signer.

One small responder stands for both, so that every call for payment cryptography is the sample's own. It keeps objects
in memory and knows one RSA key; it judges nothing.
"""
import base64
import http.server
import io
import json
import threading

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding, rsa


class Neighbours(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    objects = {}
    signer = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    arn = "arn:aws:kms:us-east-1:111122223333:key/00000000-0000-0000-0000-000000000000"

    def answer(self, body, status=200, kind="application/x-amz-json-1.1"):
        self.send_response(status)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(body)))
        self.send_header("ETag", '"0"')
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(body)

    def do_GET(self):
        body = self.objects.get(self.path.split("?")[0])
        self.answer(body or b"", 404 if body is None else 200, "application/octet-stream")

    do_HEAD = do_GET

    def sent(self):
        length = self.headers.get("Content-Length")
        body = None if length is None else self.rfile.read(int(length))
        if "aws-chunked" not in self.headers.get("Content-Encoding", ""):
            return body
        # Chunks with a checksum behind them, within the body or as HTTP's own.
        lines = io.BytesIO(body) if body is not None else self.rfile
        whole = b""
        while (size := int(lines.readline().split(b";")[0], 16)) > 0:
            whole += lines.read(size)
            lines.readline()
        while lines.readline().strip():
            pass
        return whole

    def do_PUT(self):
        self.objects[self.path.split("?")[0]] = self.sent()
        self.answer(b"", kind="application/xml")

    def do_POST(self):
        request = json.loads(self.sent())
        target = self.headers["X-Amz-Target"].split(".")[1]
        if target == "CreateKey":
            said = {"KeyMetadata": {"Arn": self.arn, "KeyId": self.arn.split("/")[1]}}
        elif target == "Sign" and request["KeyId"] == self.arn:
            message = base64.b64decode(request["Message"])
            made = self.signer.sign(message, padding.PKCS1v15(), hashes.SHA256())
            said = {"KeyId": self.arn, "Signature": base64.b64encode(made).decode()}
        else:
            self.answer(json.dumps({"__type": "ValidationException", "message": target}).encode(), 400)
            return
        self.answer(json.dumps(said).encode())

    def log_message(self, *_):
        pass


def begin():
    """Starts it and gives its address."""
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Neighbours)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    return f"http://127.0.0.1:{server.server_address[1]}"
