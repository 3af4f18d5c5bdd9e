//! From the command line to a reconciler.

use std::path::Path;
use std::sync::Arc;

use gitops_apply::memory::Cluster;
use gitops_apply::{KubeApplier, KubeLedger, KubeOptions, kube_client};
use gitops_diff::Drift;
use gitops_examples::demo::Demo;
use gitops_reconcile::{Mode, Reconciler, Remotes};
use gitops_render::{
    Auto, Crds, Entropy, Helm, HelmOptions, HelmValues, LiveLookup, Lookup, NoLookup, Plain,
    Renderer, SeededEntropy, SystemEntropy, ValuesFile,
};
use gitops_source::{Credential, Credentials, GitOptions, GitSource};
use kube::config::{KubeConfigOptions, Kubeconfig};

use crate::options::{Options, Output, Rendering};
use crate::{Error, progress};

/// What the agent runs, and what has to live as long.
pub(crate) struct Setup {
    pub reconciler: Reconciler,
    pub once: bool,
    pub demo: Option<Demo>,
}

pub(crate) async fn set_up(options: &Options) -> Result<Setup, Error> {
    let demo = options.repo.is_none().then(Demo::new).transpose()?;
    let url = options.repo.clone().or_else(|| demo.as_ref().map(Demo::url)).unwrap_or_default();
    let client = client(options.kubeconfig.as_deref()).await?;
    let ledger = KubeLedger::config_map(client.clone(), &options.ledger_namespace, &options.name)
        .making_namespace();
    let applier = KubeApplier::with_options(
        client,
        KubeOptions { field_manager: options.name.clone(), ..KubeOptions::default() },
    );
    let differ = Drift { manager: options.name.as_str().into(), ..Drift::default() };
    let reconciler = Reconciler::new(source(&url, options)?, renderer(options), applier, ledger)
        .with_resolver(Remotes::default())
        .with_differ(differ)
        .with_path(options.path.clone());
    let reconciler = match options.output {
        Output::Text => reconciler.with_sink(progress::text),
        Output::Json => reconciler.with_sink(progress::json),
    };
    let reconciler = reconciler.with_options(gitops_reconcile::Options {
        mode: if options.report_only { Mode::Report } else { Mode::Heal },
        interval: options.interval,
        ..gitops_reconcile::Options::default()
    })?;
    Ok(Setup { reconciler, once: options.once || demo.is_some(), demo })
}

fn source(url: &str, options: &Options) -> Result<GitSource, Error> {
    let token = std::env::var("GITOPS_TOKEN").ok();
    let credentials = token.map(|password| -> Arc<dyn Credentials> {
        Arc::new(Credential::Basic { user: options.username.clone(), password })
    });
    let git = GitOptions { mirror: options.mirror.clone(), credentials, ..GitOptions::default() };
    Ok(GitSource::with_options(url, options.reference.clone(), git)?)
}

fn renderer(options: &Options) -> Box<dyn Renderer> {
    match options.renderer {
        Rendering::Auto => Box::new(Auto::default().with_helm(helm(options))),
        Rendering::Plain => Box::new(Plain::default()),
    }
}

/// Charts as the options say. What a chart makes of random bytes stays the same where
/// `GITOPS_HELM_SEED` holds a secret.
fn helm(options: &Options) -> Helm {
    let files = options.values.iter().cloned().map(ValuesFile::Tree).collect();
    let entropy: Arc<dyn Entropy> = match std::env::var("GITOPS_HELM_SEED") {
        Ok(seed) => Arc::new(SeededEntropy::new(seed.as_bytes())),
        Err(_) => Arc::new(SystemEntropy),
    };
    let lookup: Arc<dyn Lookup> = match &options.lookup {
        Some(kinds) => Arc::new(LiveLookup { kinds: kinds.clone() }),
        None => Arc::new(NoLookup),
    };
    Helm::new(HelmOptions {
        release: options.release.clone().unwrap_or_else(|| options.name.clone()),
        crds: Crds::Include,
        values: HelmValues { files, ..HelmValues::default() },
        entropy,
        lookup,
        ..HelmOptions::default()
    })
}

async fn client(kubeconfig: Option<&Path>) -> Result<kube::Client, Error> {
    let Some(file) = kubeconfig else {
        eprintln!("· the cluster is embedded, in memory; `--kubeconfig` names a real one");
        return Ok(Cluster::default().client());
    };
    let kubeconfig = Kubeconfig::read_from(file)?;
    let config =
        kube::Config::from_custom_kubeconfig(kubeconfig, &KubeConfigOptions::default()).await?;
    Ok(kube_client(config)?)
}
