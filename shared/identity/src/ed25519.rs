//! EdDSA (RFC 8037) for `jsonwebtoken` on `ring`, which the TLS stack already links: its own backends would add a second
//! cryptographic library (and RSA and ECDSA, which no token here may use).

use jsonwebtoken::crypto::{CryptoProvider, JwtSigner, JwtVerifier, KeyUtils};
use jsonwebtoken::errors::{ErrorKind, Result};
use jsonwebtoken::{Algorithm, DecodingKey, EncodingKey};
use ring::signature::{ED25519, Ed25519KeyPair, UnparsedPublicKey};
use signature::{Signer, Verifier};

/// Makes EdDSA with Ed25519 the only algorithm that this process can sign or verify. Idempotent.
pub(crate) fn install() {
    static PROVIDER: CryptoProvider = CryptoProvider {
        signer_factory: |algorithm, key| Ok(Box::new(PrivateKey::read(*algorithm, key)?)),
        verifier_factory: |algorithm, key| Ok(Box::new(PublicKey::read(*algorithm, key)?)),
        key_utils: KeyUtils::new_unimplemented(),
    };
    // An error only says that an earlier call has installed it.
    let _ = PROVIDER.install_default();
}

/// Signs. The bytes of its [`EncodingKey`] are the seed (RFC 8032, section 5.1.5).
struct PrivateKey(Ed25519KeyPair);

/// Verifies. The bytes of its [`DecodingKey`] are the public key.
struct PublicKey(UnparsedPublicKey<Vec<u8>>);

impl PrivateKey {
    fn read(algorithm: Algorithm, key: &EncodingKey) -> Result<Self> {
        only_eddsa(algorithm)?;
        let pair = Ed25519KeyPair::from_seed_unchecked(key.as_bytes());
        Ok(Self(pair.map_err(|_| ErrorKind::InvalidKeyFormat)?))
    }
}

impl PublicKey {
    fn read(algorithm: Algorithm, key: &DecodingKey) -> Result<Self> {
        only_eddsa(algorithm)?;
        Ok(Self(UnparsedPublicKey::new(&ED25519, key.try_get_as_bytes()?.to_vec())))
    }
}

fn only_eddsa(algorithm: Algorithm) -> Result<()> {
    match algorithm {
        Algorithm::EdDSA => Ok(()),
        _ => Err(ErrorKind::InvalidAlgorithm.into()),
    }
}

impl Signer<Vec<u8>> for PrivateKey {
    fn try_sign(&self, message: &[u8]) -> std::result::Result<Vec<u8>, signature::Error> {
        Ok(self.0.sign(message).as_ref().to_vec())
    }
}

impl Verifier<Vec<u8>> for PublicKey {
    fn verify(&self, message: &[u8], signature: &Vec<u8>) -> std::result::Result<(), signature::Error> {
        self.0.verify(message, signature).map_err(|_| signature::Error::new())
    }
}

impl JwtSigner for PrivateKey {
    fn algorithm(&self) -> Algorithm {
        Algorithm::EdDSA
    }
}

impl JwtVerifier for PublicKey {
    fn algorithm(&self) -> Algorithm {
        Algorithm::EdDSA
    }
}
