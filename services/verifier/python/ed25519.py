"""Ed25519, strictly: section 2.3 of PROTOCOL.md."""
import functools, hashlib

P = 2**255 - 19
ORDER = 2**252 + 27742317777372353535851937790883648493
D = -121665 * pow(121666, P - 2, P) % P
ROOT_OF_MINUS_ONE = pow(2, (P - 1) // 4, P)


def add(a, b):
    (x1, y1, z1, t1), (x2, y2, z2, t2) = a, b
    e, f = (y1 - x1) * (y2 - x2) % P, (y1 + x1) * (y2 + x2) % P
    c, d = 2 * t1 * t2 * D % P, 2 * z1 * z2 % P
    e, f, g, h = f - e, d - c, d + c, f + e
    return e * f % P, g * h % P, f * g % P, e * h % P


def double(found, times):
    for _ in range(times):
        found = add(found, found)
    return found


@functools.lru_cache(4_096)
def point(data):
    """The point of its one encoding, not of small order; None for other bytes."""
    if len(data) != 32:
        return None
    y, sign = int.from_bytes(data, "little") & (1 << 255) - 1, data[31] >> 7
    if y >= P:
        return None
    square = (y * y - 1) * pow(D * y * y + 1, P - 2, P) % P
    x = pow(square, (P + 3) // 8, P)
    if x * x % P != square:
        x = x * ROOT_OF_MINUS_ONE % P
    if x * x % P != square or (x == 0 and sign):
        return None
    x = P - x if x & 1 != sign else x
    found = (x, y, 1, x * y % P)
    return None if double(found, 3)[0] == 0 else found


def encode(found):
    x, y, z, _ = found
    inverse = pow(z, P - 2, P)
    x, y = x * inverse % P, y * inverse % P
    return (y | (x & 1) << 255).to_bytes(32, "little")


BASE = (4 * pow(5, P - 2, P) % P).to_bytes(32, "little")


@functools.lru_cache(256)
def doublings(encoded):
    """A point times 1, 2, 4 and so on: with these at hand, times a number is a sum."""
    found = [point(encoded)]
    for _ in range(ORDER.bit_length() - 1):
        found.append(add(found[-1], found[-1]))
    return found


def times(n, encoded):
    result = (0, 1, 1, 0)
    for at, doubled in enumerate(doublings(encoded)):
        if n >> at & 1:
            result = add(result, doubled)
    return result


@functools.lru_cache(65_536)
def equation(key, k, signature):
    """Whether [S]B = R + [k]A, where k is the hash of the message (and of R and A) as a number."""
    a, r, s = point(key), signature[:32], int.from_bytes(signature[32:], "little")
    if a is None or s >= ORDER or point(r) is None:
        return False
    x, y, z, t = times(k, key)
    return encode(add(times(s, BASE), (P - x, y, z, P - t))) == r


def verifies(key, message, signature):
    if len(key) != 32 or len(signature) != 64:
        return False
    return equation(key, int.from_bytes(hashlib.sha512(signature[:32] + key + message).digest(), "little") % ORDER, signature)
