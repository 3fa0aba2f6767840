//! Templates and values to SealedSecrets, which only the controller in the cluster opens.
//!
//! Per value a session key of 32 bytes, sealed by RSA-OAEP with SHA-256 and the label `NAMESPACE/NAME`, so that a value cannot
//! be moved to another Secret; behind it the value under AES-256-GCM with a nonce of zeros, which is used once, since the key
//! is (bitnami-labs/sealed-secrets, pkg/crypto/crypto.go).
//!
//! Invariant: no private key takes part in sealing.

use aes_gcm::aead::{Aead as _, Payload};
use aes_gcm::{Aes256Gcm, KeyInit as _, Nonce};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use rsa::pkcs8::DecodePublicKey as _;
use rsa::traits::PublicKeyParts as _;
use rsa::{Oaep, RsaPublicKey};
use sha2::{Digest as _, Sha256};
use x509_cert::Certificate;
use x509_cert::der::{DecodePem as _, Encode as _};

use super::random::{Unavailable, random, with_entropy};
use super::seal::Page;
use super::template::SecretTemplate;
use super::value::SecretValue;
use crate::diag::{Diagnostic, Sink};
use crate::link::digest::hex;
use crate::span::Span;
use crate::spec::site::{SecretDelivery, SecretKind};
use crate::world::World;

/// Whom values are sealed for.
#[derive(Debug)]
pub struct Controller {
    key: RsaPublicKey,
    /// A digest of the certificate.
    pub fingerprint: String,
}

impl Controller {
    /// Reads the certificate that a spec names; a diagnostic where it has to and cannot.
    pub fn read(world: &dyn World, folder: &str, delivery: &SecretDelivery, sink: &mut Sink) -> Option<Controller> {
        if delivery.kind.value != SecretKind::SealedSecrets {
            return None;
        }
        let mut refuse = |span: Span, message: String| {
            sink.push(Diagnostic::error("TG0922", span, message));
            None
        };
        let Some(named) = &delivery.certificate else {
            return refuse(delivery.kind.span, "`sealed-secrets` needs the `certificate` of its controller".to_owned());
        };
        let path = format!("{folder}/{}", named.value);
        let text = match world.read_text(&path) {
            Ok(Some(text)) => text,
            Ok(None) => return refuse(named.span, format!("there is no `{path}`")),
            Err(error) => return refuse(named.span, error.message),
        };
        match Controller::parse(&text) {
            Some(controller) => Some(controller),
            None => refuse(
                named.span,
                format!("`{path}` is not a valid PEM certificate with an RSA key of 2048 bits or more"),
            ),
        }
    }

    fn parse(text: &str) -> Option<Controller> {
        let certificate = Certificate::from_pem(text.trim().as_bytes()).ok()?;
        let public = certificate.tbs_certificate.subject_public_key_info.to_der().ok()?;
        let key = RsaPublicKey::from_public_key_der(&public).ok().filter(|key| key.size() >= 256)?;
        Some(Controller { key, fingerprint: hex(&Sha256::digest(certificate.to_der().ok()?)) })
    }

    /// A SealedSecret.
    pub fn seal(
        &self,
        template: &SecretTemplate,
        values: &[(String, SecretValue)],
        inputs: &str,
    ) -> Result<String, Unavailable> {
        let mut page = Page::new("bitnami.com/v1alpha1", "SealedSecret");
        page.metadata(template, 0, &[(super::seal::INPUTS, inputs)]);
        page.text.push_str("spec:\n    encryptedData:\n");
        let label = format!("{}/{}", template.namespace, template.object);
        for (key, value) in values {
            page.text.push_str(&format!("        {key}: {}\n", self.one(&label, value)?));
        }
        page.text.push_str("    template:\n");
        page.metadata(template, 8, &[]);
        page.leaf(8, "type", template.kind);
        Ok(page.text)
    }

    fn one(&self, label: &str, value: &SecretValue) -> Result<String, Unavailable> {
        let session = random::<32>()?;
        let padding = Oaep::new_with_label::<rsa::sha2::Sha256, _>(label);
        let sealed = with_entropy(|| self.key.encrypt(&mut rand_core::OsRng, padding, session.as_slice()));
        let key = sealed?.map_err(|_| Unavailable)?;
        let cipher = Aes256Gcm::new((&*session).into());
        let payload = Payload { msg: value.reveal().as_bytes(), aad: &[] };
        let sealed = cipher.encrypt(&Nonce::from([0; 12]), payload).map_err(|_| Unavailable)?;
        let length = u16::try_from(key.len()).map_err(|_| Unavailable)?;
        Ok(STANDARD.encode([length.to_be_bytes().as_slice(), &key, &sealed].concat()))
    }
}

#[cfg(test)]
mod tests {
    use rsa::RsaPrivateKey;

    use super::*;
    use crate::origin::OriginId;

    #[test]
    fn the_controller_opens_what_was_sealed_under_its_name_only() {
        let private = RsaPrivateKey::new(&mut rand_core::OsRng, 2048).unwrap();
        let controller = Controller { key: private.to_public_key(), fingerprint: String::new() };
        let text = |text: &str| text.to_owned();
        let (object, service, folder, namespace) = (text("a-database"), text("a"), text("a"), text("openstack"));
        let template = SecretTemplate {
            object,
            service,
            folder,
            namespace,
            kind: crate::secret::template::OPAQUE,
            keys: Vec::new(),
            origin: OriginId::BUILTIN,
        };
        let sealed = controller.seal(&template, &[(text("password"), SecretValue::new(text("a value")))], "0").unwrap();
        let line = sealed.lines().find_map(|line| line.trim().strip_prefix("password: ")).unwrap();
        let bytes = STANDARD.decode(line).unwrap();
        let (length, rest) = bytes.split_at(2);
        let (key, value) = rest.split_at(usize::from(u16::from_be_bytes(length.try_into().unwrap())));
        let open = |label: &str| private.decrypt(Oaep::new_with_label::<rsa::sha2::Sha256, _>(label), key);
        assert!(open("openstack/b-database").is_err());
        let session: [u8; 32] = open("openstack/a-database").unwrap().try_into().unwrap();
        let payload = Payload { msg: value, aad: &[] };
        let unlocked = Aes256Gcm::new(&session.into()).decrypt(&Nonce::from([0; 12]), payload).unwrap();
        assert_eq!(unlocked, b"a value");
    }
}
