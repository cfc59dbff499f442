"""The node's SM2 key: signs receipts, packages, checkpoints and documents."""

from functools import cache

from ziyuan.base import sm
from ziyuan.kernel.errors import UnknownPeer
from ziyuan.kernel.nodes.node import node


def make_keys() -> str:
    """Make the node's key pair if there is none; returns the public key as PEM."""
    folder = node().folder("keys")
    private, public = folder / "node.pem", folder / "node.pub"
    if not private.exists():
        private_pem, public_pem = sm.provider().sm2_generate()
        private.touch(mode=0o600)
        private.write_bytes(private_pem)
        private.chmod(0o600)
        public.write_bytes(public_pem)
    return public.read_text(encoding="ascii")


@cache
def _private() -> bytes:
    return (node().data / "keys" / "node.pem").read_bytes()


@cache
def public_key(name: str) -> bytes:
    """Public key (PEM) of this node or of a registered peer. Raises UnknownPeer."""
    if name == node().name:
        return (node().data / "keys" / "node.pub").read_bytes()
    if name not in node().peers:
        raise UnknownPeer(name)
    return node().peers[name].encode("ascii")


def sign(payload: bytes) -> bytes:
    """SM2-with-SM3 signature of this node over `payload`, DER."""
    return sm.provider().sm2_sign(_private(), payload)


def verify(payload: bytes, signature: bytes, signer: str = "") -> bool:
    """True when `signer` (default: this node) signed exactly these bytes."""
    return sm.provider().sm2_verify(public_key(signer or node().name), payload, signature)
