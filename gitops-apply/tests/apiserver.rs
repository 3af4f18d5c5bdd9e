//! The test kit's API server starts, serves, restarts and goes away.

use gitops_apply::testkit::{ApiServer, left_out};
use kube::Client;
use serde_json::{Value, json};

async fn call(client: &Client, request: http::request::Builder, body: Value) -> Value {
    let body = if body.is_null() { Vec::new() } else { body.to_string().into_bytes() };
    let request = request.body(body).expect("because the parts are constants");
    client.request(request).await.expect("because the call is right")
}

#[tokio::test]
async fn an_api_server_serves_writes_and_keeps_them_over_a_restart() {
    let Some(mut server) = ApiServer::from_env().await.unwrap() else {
        left_out("an API server serves writes and keeps them over a restart");
        return;
    };
    let client = server.client().await.unwrap();
    let namespace = json!({"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": "smoke"}});
    let post = http::Request::post("/api/v1/namespaces").header("content-type", "application/json");
    let created = call(&client, post, namespace).await;
    assert_eq!(created["status"]["phase"], "Active");

    let uri = "/api/v1/namespaces/smoke/configmaps/settings";
    let apply = || {
        http::Request::patch(format!("{uri}?fieldManager=smoke"))
            .header("content-type", "application/apply-patch+yaml")
    };
    let settings = json!({
        "apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "settings"},
        "data": {"colour": "green"},
    });
    let applied = call(&client, apply(), settings.clone()).await;
    assert_eq!(applied["metadata"]["managedFields"][0]["operation"], "Apply");

    server.kill();
    let get = http::Request::get(uri).body(Vec::new()).unwrap();
    client.request::<Value>(get).await.expect_err("because nobody answers");

    server.restart().await.unwrap();
    let again = call(&client, apply(), settings).await;
    assert_eq!(
        again["metadata"]["resourceVersion"], applied["metadata"]["resourceVersion"],
        "the object is still there, and applying the same is no write"
    );
}

#[tokio::test]
async fn two_servers_run_side_by_side_and_leave_nothing_behind() {
    let Some(first) = ApiServer::from_env().await.unwrap() else {
        left_out("two API servers run side by side");
        return;
    };
    let second = ApiServer::from_env().await.unwrap().unwrap();
    assert_ne!(first.url(), second.url());
    let folder = first.kubeconfig_path().parent().unwrap().to_owned();
    drop(first);
    assert!(!folder.exists());
    let version = second.client().await.unwrap().apiserver_version().await.unwrap();
    assert_eq!(version.major, "1");
}
