//! The two servers, called alike.

use gitops_apply::memory::{After, Cluster, Garbage, Lifecycle, Options};
use gitops_apply::testkit::ApiServer;
use kube::Client;
use serde_json::Value;
use tokio::runtime::Runtime;

use crate::script::{Script, Step};
use crate::wire::{self, Answer};

const DEFINITIONS: &str = "/apis/apiextensions.k8s.io/v1/customresourcedefinitions";

/// An API server.
pub(crate) struct Real {
    client: Client,
    runtime: Runtime,
    _server: ApiServer,
}

/// A cluster in memory, as it is without a controller manager.
pub(crate) struct Memory {
    pub(crate) cluster: Cluster,
    client: Client,
    runtime: Runtime,
}

impl Real {
    /// A server with these definitions, or `None` where there are no programs for it.
    pub(crate) fn start(definitions: &[Value]) -> Option<Self> {
        let runtime = runtime();
        let server = runtime.block_on(ApiServer::from_env()).map_err(|error| error.to_string());
        let server = server.expect("because KUBEBUILDER_ASSETS names a server that starts")?;
        let client = runtime.block_on(server.client());
        let client = client.expect("because the server gave the kubeconfig");
        let real = Self { client, runtime, _server: server };
        real.create(&rows(definitions));
        Some(real)
    }

    pub(crate) fn create(&self, rows: &[(String, Value)]) {
        self.runtime.block_on(create(&self.client, rows));
    }

    pub(crate) fn run(&self, script: &Script) -> Vec<Answer> {
        self.runtime.block_on(script.run(&self.client))
    }

    /// The answers to scripts that run at the same time.
    pub(crate) fn run_all(&self, scripts: &[Script]) -> Vec<Vec<Answer>> {
        self.runtime.block_on(async {
            let run = |script: &Script| {
                let (script, client) = (script.clone(), self.client.clone());
                tokio::spawn(async move { script.run(&client).await })
            };
            let running: Vec<_> = scripts.iter().map(run).collect();
            let mut answers = Vec::with_capacity(running.len());
            for script in running {
                answers.push(script.await.expect("because scripts do not panic"));
            }
            answers
        })
    }
}

impl Memory {
    pub(crate) fn start(definitions: &[Value]) -> Self {
        let lifecycle = Lifecycle {
            finalise_namespaces: After::Never,
            establish_definitions: After::Calls(0),
            garbage: Garbage::Kept,
        };
        let cluster = Cluster::new(Options { lifecycle, ..Options::default() });
        let runtime = runtime();
        let client = runtime.block_on(async { cluster.client() });
        let memory = Self { cluster, client, runtime };
        memory.create(&rows(definitions));
        memory
    }

    pub(crate) fn create(&self, rows: &[(String, Value)]) {
        self.runtime.block_on(create(&self.client, rows));
    }

    pub(crate) fn run(&self, script: &Script) -> Vec<Answer> {
        self.runtime.block_on(script.run(&self.client))
    }
}

fn rows(definitions: &[Value]) -> Vec<(String, Value)> {
    definitions.iter().map(|it| (DEFINITIONS.to_owned(), it.clone())).collect()
}

/// Creates objects, and waits until definitions are served.
async fn create(client: &Client, rows: &[(String, Value)]) {
    for (path, object) in rows {
        let step = Step {
            method: "POST".to_owned(),
            path: path.clone(),
            content_type: Some("application/json".to_owned()),
            body: Some(object.clone()),
            ..Step::default()
        };
        let answer = wire::send(client, step.request(&[])).await;
        assert_eq!(answer.code, 201, "{path}: {}", answer.body);
    }
    for (_, object) in rows.iter().filter(|(path, _)| path == DEFINITIONS) {
        for version in object["spec"]["versions"].as_array().into_iter().flatten() {
            wait_served(client, &object["spec"], version["name"].as_str().unwrap_or("")).await;
        }
    }
}

async fn wait_served(client: &Client, spec: &Value, version: &str) {
    let text = |value: &Value| value.as_str().unwrap_or("").to_owned();
    let (group, plural) = (text(&spec["group"]), text(&spec["names"]["plural"]));
    let step = Step {
        method: "GET".to_owned(),
        path: format!("/apis/{group}/{version}/{plural}"),
        ..Step::default()
    };
    let mut questions = 0;
    while wire::send(client, step.request(&[])).await.code != 200 {
        questions += 1;
        assert!(questions < 200, "{plural}.{group}/{version} is not served after ten seconds");
        tokio::time::sleep(std::time::Duration::from_millis(50)).await;
    }
}

fn runtime() -> Runtime {
    let mut runtime = tokio::runtime::Builder::new_current_thread();
    runtime.enable_all().build().expect("because the system gives a poll")
}
