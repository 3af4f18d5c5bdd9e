//! A small shop: a namespace, settings, a secret, a web server.

use gitops_source::testkit::Repository;
use gitops_source::{SourceError, Tree};
use tempfile::TempDir;

/// The files of the shop, by path.
pub const FILES: [(&str, &str); 5] = [
    ("shop/namespace.yaml", NAMESPACE),
    ("shop/settings.yaml", SETTINGS),
    ("shop/web.yaml", WEB),
    ("shop/banner.yaml", BANNER),
    ("README.md", "The shop, as it should be.\n"),
];

const NAMESPACE: &str = "\
apiVersion: v1
kind: Namespace
metadata:
  name: shop
";

const SETTINGS: &str = "\
apiVersion: v1
kind: ConfigMap
metadata:
  name: settings
  namespace: shop
data:
  currency: EUR
  open: \"yes\"
---
apiVersion: v1
kind: Secret
metadata:
  name: payment
  namespace: shop
stringData:
  token: correct-horse-battery-staple
";

/// The web server of the shop.
pub const WEB: &str = "\
apiVersion: apps/v1
kind: Deployment
metadata:
  name: web
  namespace: shop
  labels:
    app: web
spec:
  replicas: 2
  selector:
    matchLabels:
      app: web
  template:
    metadata:
      labels:
        app: web
    spec:
      containers:
        - name: web
          image: registry.example/shop/web:1.4.2
          ports:
            - containerPort: 8080
          resources:
            requests:
              cpu: 100m
              memory: 64Mi
---
apiVersion: v1
kind: Service
metadata:
  name: web
  namespace: shop
spec:
  selector:
    app: web
  ports:
    - port: 80
      targetPort: 8080
";

const BANNER: &str = "\
apiVersion: v1
kind: ConfigMap
metadata:
  name: banner
  namespace: shop
data:
  text: Grand opening!
";

/// The shop as a tree.
///
/// # Errors
/// None in practice: the files are within the limits.
pub fn tree() -> Result<Tree, SourceError> {
    Tree::from_files(FILES)
}

/// The shop as it might live after somebody edited it by hand.
///
/// # Errors
/// None in practice, as of [`tree`].
pub fn edited() -> Result<Tree, SourceError> {
    let web = WEB.replace("replicas: 2", "replicas: 5").replace("100m", "0.1");
    let (plain, encoded) = (
        "stringData:\n  token: correct-horse-battery-staple",
        "data:\n  token: aW5jb3JyZWN0LWhvcnNlLWJhdHRlcnktc3RhcGxl",
    );
    let settings = SETTINGS.replace("EUR", "USD").replace(plain, encoded);
    let files = [
        ("shop/namespace.yaml", NAMESPACE.to_owned()),
        ("shop/settings.yaml", settings),
        ("shop/web.yaml", web),
    ];
    Tree::from_files(files)
}

/// The shop in a Git repository of its own, which goes when this does.
#[derive(Debug)]
pub struct Demo {
    /// The repository.
    pub repository: Repository,
    _folder: TempDir,
}

impl Demo {
    /// A repository with the shop as its first commit.
    ///
    /// # Errors
    /// Where the temporary folder cannot be written.
    pub fn new() -> Result<Self, Box<dyn std::error::Error + Send + Sync>> {
        let folder = TempDir::new()?;
        let mut repository = Repository::init(folder.path().join("shop.git"))?;
        let files: Vec<_> = FILES.iter().map(|(path, content)| (*path, Some(*content))).collect();
        repository.commit("Open the shop", &files)?;
        Ok(Self { repository, _folder: folder })
    }

    /// Where it is.
    pub fn url(&self) -> String {
        self.repository.url()
    }
}
