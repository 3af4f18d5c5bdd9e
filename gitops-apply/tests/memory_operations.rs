//! Changes that reach further than an apply, on the in-memory cluster: from the diff to a diff that
//! is empty.

use gitops_apply::memory::{Cluster, MemoryApplier, Method, Request};
use gitops_apply::{Applier, ApplyError, Outcome};
use gitops_diff::{
    Demand, Differ, Drift, Inventory, Leftovers, Object, ObjectSet, Operation, Plan, Recreation,
    Strategy, Value,
};

fn object(json: &str) -> Object {
    serde_json::from_str(json).expect("because it is an object")
}

fn config(data: &str) -> Object {
    object(&format!(
        r#"{{"apiVersion":"v1","kind":"ConfigMap","metadata":{{"name":"a","namespace":"default"}},"data":{{{data}}}}}"#
    ))
}

fn set(service: &str) -> Object {
    object(&format!(
        r#"{{"apiVersion":"apps/v1","kind":"StatefulSet","metadata":{{"name":"a","namespace":"default"}},
            "spec":{{"serviceName":"{service}","selector":{{"matchLabels":{{"a":"b"}}}},"template":{{
            "metadata":{{"labels":{{"a":"b"}}}},"spec":{{"containers":[{{"name":"c","image":"i"}}]}}}}}}}}"#
    ))
}

struct Scene {
    cluster: Cluster,
    applier: MemoryApplier,
    drift: Drift,
}

impl Scene {
    fn new(drift: Drift) -> Self {
        let cluster = Cluster::default();
        let applier = MemoryApplier::new(cluster.clone(), "gitops");
        Self { cluster, applier, drift }
    }

    async fn plan(&self, desired: &Object) -> Plan {
        let desired: ObjectSet = [desired.clone()].into_iter().collect();
        let owned = Inventory::new();
        let observed = self.applier.observe(&desired, &owned).await;
        let observed = observed.expect("because the cluster answers");
        self.drift.diff(&desired, &observed, &owned).expect("because it can be compared")
    }

    async fn apply(&self, plan: &Plan) -> Result<Outcome, ApplyError> {
        let change = plan.changes().next().expect("because there is something to do");
        self.applier.apply(change).await
    }

    /// Creates an object as `manager`, by an update.
    fn post(&self, manager: &str, object: &Object) {
        let path = "/api/v1/namespaces/default/configmaps";
        let request = Request::new(Method::Post, path).json(object.body());
        let reply = self.cluster.call(&request.param("fieldManager", manager));
        assert_eq!(reply.code, 201, "{reply:?}");
    }

    /// Applies an object as somebody else, by force.
    fn steal(&self, object: &Object) {
        let path = "/api/v1/namespaces/default/configmaps/a";
        let request = Request::apply(path, "somebody", object.body()).param("force", "true");
        let reply = self.cluster.call(&request);
        assert_eq!(reply.code, 200, "{reply:?}");
    }

    fn data(&self, object: &Object) -> Option<Value> {
        self.cluster.object(object.id())?.pointer("/data").cloned()
    }
}

#[tokio::test]
async fn what_kubectl_left_behind_goes_once_it_is_ours() {
    let drift = Drift { leftovers: Leftovers::Repaired, ..Drift::default() };
    let scene = Scene::new(drift);
    scene.post("kubectl-client-side-apply", &config(r#""a":"1","old":"x""#));
    let desired = config(r#""a":"1""#);
    let plan = scene.plan(&desired).await;
    assert_eq!(plan.changes_of(Operation::RepairOwnership).count(), 1, "{plan:?}");
    assert!(matches!(scene.apply(&plan).await, Ok(Outcome::Updated { .. })));
    assert_eq!(scene.data(&desired), desired.pointer("/data").cloned());
    assert!(scene.plan(&desired).await.is_empty());
}

#[tokio::test]
async fn what_others_added_is_taken_over_and_goes() {
    let scene = Scene::new(Drift { strategy: Strategy::Strict, ..Drift::default() });
    scene.post("kubectl-edit", &config(r#""a":"1","theirs":"x""#));
    let desired = config(r#""a":"1""#);
    let plan = scene.plan(&desired).await;
    assert_eq!(plan.changes_of(Operation::TakeOver).count(), 1, "{plan:?}");
    assert!(matches!(scene.apply(&plan).await, Ok(Outcome::Updated { .. })));
    assert_eq!(scene.data(&desired), desired.pointer("/data").cloned());
    assert!(scene.plan(&desired).await.is_empty());
}

#[tokio::test]
async fn an_object_is_made_anew_after_the_new_one_was_found_valid() {
    let scene = Scene::new(Drift { recreate: Recreation::Always, ..Drift::default() });
    scene.apply(&scene.plan(&set("one")).await).await.expect("because nothing lives");
    let uid = |scene: &Scene| {
        scene.cluster.object(set("one").id()).and_then(|it| it.pointer("/metadata/uid").cloned())
    };
    let before = uid(&scene);
    let plan = scene.plan(&set("two")).await;
    assert_eq!(plan.changes_of(Operation::Recreate).count(), 1, "{plan:?}");
    // What the server refuses is not worth losing what lives.
    let invalid = set("two").edit(|body| drop(body.map_at("spec").remove("selector")));
    let mut broken = plan.clone();
    broken.waves[0].changes[0].desired = invalid.ok();
    assert!(matches!(scene.apply(&broken).await, Err(ApplyError::Invalid(_))));
    assert_eq!(uid(&scene), before);
    assert!(matches!(scene.apply(&plan).await, Ok(Outcome::Created { .. })));
    assert_ne!(uid(&scene), before);
    assert!(scene.plan(&set("two")).await.is_empty());
}

#[tokio::test]
async fn a_change_fails_where_what_was_shown_is_no_longer_so() {
    let scene = Scene::new(Drift { demand: Demand::Fields, ..Drift::default() });
    scene.apply(&scene.plan(&config(r#""a":"1","b":"1""#)).await).await.expect("because");
    let desired = config(r#""a":"2","b":"1""#);
    let plan = scene.plan(&desired).await;
    // A field that is nobody's concern here may change meanwhile, one of ours may not.
    scene.steal(&config(r#""c":"9""#));
    let other = config(r#""a":"3","b":"1""#);
    assert!(scene.apply(&plan).await.is_ok());
    let plan = scene.plan(&other).await;
    scene.steal(&config(r#""b":"9""#));
    assert!(matches!(scene.apply(&plan).await, Err(ApplyError::Conflict { .. })));
    assert!(scene.apply(&scene.plan(&other).await).await.is_ok());
}
