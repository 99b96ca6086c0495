#!/usr/bin/env python3
"""Opens a keymoot vault without keymoot: the Python standard library and stock age, nothing else.
An exception: max(k, t) custodians and a witness; write nothing to a disk (use a RAM disk); rotate the
vault afterwards, for every key opened here was exposed.
  age -d share-envelope >> shares         (each of k custodians; t approval envelopes likewise)
  python3 recovery.py combine shares > V  (share envelopes give V, approval envelopes give U)
  age -d -i V vault.age | python3 recovery.py keys > keys
  base64 -d of a line's "sealed", then age -d -i U, is the key in clear"""
import base64, functools, json, struct, sys

def gf_mul(a, b):  # GF(256), polynomial 0x11B
    product = 0
    while b:
        product ^= a * (b & 1)
        a, b = (a << 1) ^ (0x11B * (a >> 7)), b >> 1
    return product

def gf_inv(a):  # a^254
    return functools.reduce(lambda power, _: gf_mul(power, a), range(254), 1)

def interpolate_at_zero(points):  # {x: 32 bytes} -> 32 bytes
    secret = bytearray(32)
    for x, share in points.items():
        parts = (gf_mul(other, gf_inv(other ^ x)) for other in points if other != x)
        weight = functools.reduce(gf_mul, parts, 1)
        for place, byte in enumerate(share):
            secret[place] ^= gf_mul(weight, byte)
    return bytes(secret)

def bech32(hrp, data):  # BIP 173, 32 bytes
    def checksum(values):
        check = 1
        for v in values:
            top, check = check >> 25, ((check & 0x1FFFFFF) << 5) ^ v
            for bit, g in enumerate((0x3B6A57B2, 0x26508E6D, 0x1EA119FA, 0x3D4233DD, 0x2A1462B3)):
                check ^= g if (top >> bit) & 1 else 0
        return check ^ 1
    value = int.from_bytes(data, "big") << 4
    groups = [(value >> (5 * place)) & 31 for place in reversed(range(52))]
    expanded = [ord(c) >> 5 for c in hrp] + [0] + [ord(c) & 31 for c in hrp]
    check = checksum(expanded + groups + [0] * 6)
    groups += [(check >> (5 * place)) & 31 for place in reversed(range(6))]
    return hrp + "1" + "".join("qpzry9x8gf2tvdw0s3jn54khce6mua7l"[g] for g in groups)

def combine(text):
    shares = [e for e in map(json.loads, filter(str.strip, text.splitlines())) if "index" in e]
    sorts = {(e["kind"], e["vault_id"], e["set_id"], e["k"], e["t"]) for e in shares}
    len(sorts) == 1 or sys.exit("Need envelopes of one kind, vault and set; found %d." % len(sorts))
    kind, _, _, k, t = sorts.pop()
    field, need, opens = ("share", k, "open") if kind == "share" else ("use_share", t, "use")
    points = {e["index"]: bytes.fromhex(e[field]) for e in shares}
    len(points) >= need or sys.exit("Need %d different shares, have %d." % (need, len(points)))
    print("`age-keygen -y` of it must print", shares[0]["recipients"][opens], file=sys.stderr)
    print(bech32("age-secret-key-", interpolate_at_zero(points)).upper())

def cbor(data, at=0):  # RFC 8949 -> (value, place after it)
    major, info, at = data[at] >> 5, data[at] & 31, at + 1
    wide = {24: 1, 25: 2, 26: 4, 27: 8}.get(info, 0)
    raw, at = data[at:at + wide], at + wide
    value = int.from_bytes(raw, "big") if wide else info
    if major == 7:
        if wide > 1:
            return struct.unpack({2: ">e", 4: ">f", 8: ">d"}[wide], raw)[0], at
        return {20: False, 21: True, 31: StopIteration}.get(value), at
    if major in (0, 1, 6):
        return cbor(data, at) if major == 6 else ((-1 - value if major else value), at)
    if major < 4 and info != 31:
        return (data[at:at + value] if major == 2 else data[at:at + value].decode()), at + value
    items, left = [], -1 if info == 31 else value * (major - 3)
    while left != len(items):
        item, at = cbor(data, at)
        if item is StopIteration:
            break
        items.append(item)
    if major < 4:
        return (b"" if major == 2 else "").join(items), at
    if major == 5:
        return dict(zip(items[::2], items[1::2])), at
    return (bytes(items) if items[:4] == list(b"age-") else items), at

def is_age(value):
    return isinstance(value, bytes) and value.startswith(b"age-encryption.org/v1\n")

def records(value, path=""):  # every map that is a key or holds an age file, with those files
    parts = value if isinstance(value, dict) else dict(enumerate(value))
    sealed = [base64.b64encode(part).decode() for part in parts.values() if is_age(part)]
    if sealed or "check_value" in parts:
        record = {name: part for name, part in parts.items() if not is_age(part)}
        yield {"path": path, "record": record, "sealed": sealed[0] if len(sealed) == 1 else sealed}
    for name, part in parts.items():
        if isinstance(part, (dict, list)):
            yield from records(part, "%s/%s" % (path, name))

if sys.argv[1:2] == ["combine"]:
    combine("\n".join(open(name).read() for name in sys.argv[2:]) or sys.stdin.read())
elif sys.argv[1:] == ["keys"]:  # the payload's last 32 bytes are its tag
    for record in records(cbor(cbor(sys.stdin.buffer.read())[0]["state"])[0]):
        print(json.dumps(record, default=lambda raw: raw.hex()))
else:
    sys.exit(__doc__)
