# The gates one by one; `just check` runs what needs no server, `.ci/run` everything.

# All gates that need nothing but the toolchain and cargo-deny.
check: fmt lint doc deny test

fmt:
    cargo fmt --all --check

lint:
    cargo clippy --workspace --all-targets --all-features -- -D warnings

doc:
    RUSTDOCFLAGS="-D warnings" cargo doc --workspace --no-deps --all-features

deny:
    cargo deny check bans licenses sources

# The README's test command; with KUBEBUILDER_ASSETS set it covers a real API server too.
test *arguments:
    cargo test --workspace {{ arguments }}

# The same against a real kube-apiserver and etcd, which are made once under ~/.cache.
cluster *arguments:
    KUBEBUILDER_ASSETS="$(.ci/envtest)" cargo test --workspace {{ arguments }}

# Every gate, as the CI runs it.
ci:
    .ci/run

# The tables of benches/README.md: the diff beside other engines on the same cases.
bench-peers:
    cargo run --release -p gitops-benches --bin table -- --write

# The tables of kustomizations: ours beside `kustomize` on the builds of a corpus.
bench-kustomize corpus kustomize="kustomize":
    GITOPS_CORPUS={{ corpus }} GITOPS_KUSTOMIZE={{ kustomize }} \
        cargo bench -p gitops-benches --bench kustomize

# Fuzzes a target of a crate for some seconds: `just fuzz gitops-diff apply 300`.
fuzz crate target seconds="60":
    cd {{ crate }}/fuzz && mkdir -p corpus/{{ target }} seeds/{{ target }} && \
        cargo +nightly fuzz run -s none {{ target }} corpus/{{ target }} seeds/{{ target }} -- \
        -max_total_time={{ seconds }} -timeout=10 -rss_limit_mb=2048 -max_len=8000 \
        $([ ! -f {{ target }}.dict ] || echo -dict={{ target }}.dict) $([ ! -f json.dict ] || echo -dict=json.dict)

# The table of charts: ours beside `helm` and Helm's library on the charts of a corpus.
bench-helm corpus helm="helm":
    cd benches/helm/peer && go build -o ../../../target/helm-peer .
    GITOPS_CORPUS={{ corpus }} GITOPS_HELM={{ helm }} GITOPS_HELM_PEER=$PWD/target/helm-peer \
        cargo bench -p gitops-benches --bench helm

# Compares templates of a grammar with Helm: `just fuzz-helm 7 20000 date_text`. New rows go to target/helm-new.jsonl.
fuzz-helm seed="1" cases="10000" rule="case":
    cd benches/helm/peer && go build -o ../../../target/helm-rows ./rows
    GITOPS_HELM_ORACLE=$PWD/target/helm-rows GITOPS_HELM_NEW=$PWD/target/helm-new.jsonl \
        GITOPS_SEED={{ seed }} GITOPS_CASES={{ cases }} GITOPS_RULE={{ rule }} \
        cargo test -p gitops-render --lib templates_of_a_grammar_print
