//! The service account of a cluster that stands for one of the cloud
//! (`api/filters/iampolicygenerator`).

use super::build::Build;
use super::decode::decode_struct;
use super::node::{self, Node};
use super::problem::{Problem, Result};
use crate::yaml::Allowance;
use gitops_diff::Text;

/// What the account is made of.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct IamPolicyArgs {
    cloud: Text,
    kubernetes_service: KubernetesService,
    service_account: ServiceAccount,
}

decode_struct!(IamPolicyArgs {
    cloud: "cloud",
    kubernetes_service: "kubernetesService",
    service_account: "serviceAccount",
});

/// The account in the cluster.
#[derive(Clone, Debug, Default, PartialEq)]
struct KubernetesService {
    name: Text,
    namespace: Text,
}

decode_struct!(KubernetesService { name: "name", namespace: "namespace" });

/// The account of the cloud.
#[derive(Clone, Debug, Default, PartialEq)]
struct ServiceAccount {
    name: Text,
    project: Text,
}

decode_struct!(ServiceAccount { name: "name", project: "projectId" });

impl IamPolicyArgs {
    /// The account, or nothing if its text says nothing.
    ///
    /// # Errors
    /// Where the cloud is not known, or a name is no YAML: upstream writes a text and reads it.
    pub(crate) fn generate(&self) -> Result<Option<Node>> {
        if self.cloud != "gke" {
            let cloud = &self.cloud;
            return Err(Problem::new(format!("cloud provider {cloud} not supported yet")));
        }
        let KubernetesService { name, namespace } = &self.kubernetes_service;
        let ServiceAccount { name: account, project } = &self.service_account;
        let mut text = format!(
            "apiVersion: v1\nkind: ServiceAccount\nmetadata:\n  annotations:\n    \
             iam.gke.io/gcp-service-account: {account}@{project}.iam.gserviceaccount.com\n  \
             name: {name}\n"
        );
        if !namespace.is_empty() {
            text.push_str("\n  namespace: ");
            text.push_str(namespace);
        }
        let mut allowance = Allowance::new(1_000_000, 1 << 20);
        node::read(text.as_bytes(), &Build::yaml(), &mut allowance)
            .map_err(|error| Problem::new(error.as_go()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::kustomize::decode::Decode;
    use crate::kustomize::node::tests::tree;

    fn made(text: &str) -> String {
        let value = tree(text).value().expect("a value");
        let args = IamPolicyArgs::decode(&value, "IAMPolicyGenerator").expect("arguments");
        match args.generate() {
            Ok(node) => node.expect("an account").yaml().expect("YAML"),
            Err(problem) => problem.message,
        }
    }

    #[test]
    fn an_account_of_the_cluster_names_the_one_of_the_cloud() {
        insta::assert_snapshot!(
            made(
                "{cloud: gke, kubernetesService: {namespace: shop, name: web}, \
                 serviceAccount: {name: account, projectId: project}}"
            ),
            @r"
        apiVersion: v1
        kind: ServiceAccount
        metadata:
          annotations:
            iam.gke.io/gcp-service-account: account@project.iam.gserviceaccount.com
          name: web
          namespace: shop
        "
        );
        assert_eq!(made("{cloud: aws}"), "cloud provider aws not supported yet");
    }
}
