"""Keys of the benchmark's own installation. They are derived from names: nothing real is sealed with them."""
import base64
import ctypes
import ctypes.util
import hashlib
import hmac
import os

DIGITS = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"


def _key(name):
    return hashlib.sha256(b"quittance bench " + name.encode()).digest()


LINK_KEY, SEAL_KEY = _key("links"), _key("seals")


def key_settings():
    def text(key):
        return "1:" + base64.b64encode(key).decode()
    return {"QUITTANCE_LINK_KEYS": text(LINK_KEY), "QUITTANCE_SEAL_KEYS": text(SEAL_KEY)}


def api_key(tenant):
    return f"qk_live_bench{_key(f'api {tenant}').hex()[:40]}"


def stripe_key(tenant):
    return f"sk_live_bench{_key(f'stripe {tenant}').hex()[:24]}"


def webhook_secret(tenant):
    return f"whsec_{_key(f'webhook {tenant}').hex()[:32]}"


def link_token(id_bytes):
    number = int.from_bytes(hmac.new(LINK_KEY, id_bytes, hashlib.sha256).digest()[:16], "big")
    out = ""
    for _ in range(22):
        number, digit = divmod(number, 62)
        out = DIGITS[digit] + out
    return out


def seal(plain, place):
    """XChaCha20-Poly1305 with a nonce before it, as the product seals."""
    sodium = ctypes.CDLL(ctypes.util.find_library("sodium") or "libsodium.so.23")
    if sodium.sodium_init() < 0:
        raise SystemExit("bench: libsodium does not start")
    nonce = os.urandom(24)
    out = ctypes.create_string_buffer(len(plain) + 16)
    size = ctypes.c_ulonglong()
    sodium.crypto_aead_xchacha20poly1305_ietf_encrypt(
        out, ctypes.byref(size), plain, ctypes.c_ulonglong(len(plain)), place, ctypes.c_ulonglong(len(place)),
        None, nonce, SEAL_KEY)
    return nonce + out.raw[:size.value]
