//! A certificate authority for one server, and what the server needs of it.

use std::path::Path;

use rcgen::{
    BasicConstraints, CertificateParams, CertifiedIssuer, DnType, IsCa, KeyPair, KeyUsagePurpose,
};

use super::StartError;

/// The files that `kube-apiserver` reads: all PEM, all keys P-256, all in one folder.
pub(super) struct Certificates {
    /// The authority's certificate, for clients.
    pub(super) authority: String,
}

impl Certificates {
    pub(super) const AUTHORITY: &'static str = "ca.crt";
    pub(super) const SERVER: &'static str = "apiserver.crt";
    pub(super) const SERVER_KEY: &'static str = "apiserver.key";
    pub(super) const SERVICE_ACCOUNT: &'static str = "service-account.pub";
    pub(super) const SERVICE_ACCOUNT_KEY: &'static str = "service-account.key";

    /// Makes them, and writes them into `folder`.
    pub(super) fn write(folder: &Path) -> Result<Self, StartError> {
        let authority = authority()?;
        let key = KeyPair::generate()?;
        let server = server_params()?.signed_by(&key, &authority)?;
        let write = |name: &str, text: String| {
            std::fs::write(folder.join(name), text)
                .map_err(StartError::system(format!("write {name}")))
        };
        write(Self::AUTHORITY, authority.pem())?;
        write(Self::SERVER, server.pem())?;
        write(Self::SERVER_KEY, key.serialize_pem())?;
        let service_account = KeyPair::generate()?;
        write(Self::SERVICE_ACCOUNT, service_account.public_key_pem())?;
        write(Self::SERVICE_ACCOUNT_KEY, service_account.serialize_pem())?;
        Ok(Self { authority: authority.pem() })
    }
}

fn authority() -> Result<CertifiedIssuer<'static, KeyPair>, rcgen::Error> {
    let mut params = CertificateParams::default();
    params.distinguished_name.push(DnType::CommonName, "gitops-testkit");
    params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    params.key_usages = vec![KeyUsagePurpose::KeyCertSign, KeyUsagePurpose::DigitalSignature];
    CertifiedIssuer::self_signed(params, KeyPair::generate()?)
}

fn server_params() -> Result<CertificateParams, rcgen::Error> {
    let names = ["localhost", "kubernetes.default.svc", "127.0.0.1"];
    let mut params = CertificateParams::new(names.map(String::from))?;
    params.distinguished_name.push(DnType::CommonName, "kube-apiserver");
    Ok(params)
}
