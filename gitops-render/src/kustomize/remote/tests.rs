use super::*;

/// What is written, and the host, the path of the repository, the folder and the reference in it.
const REPOSITORIES: [[&str; 5]; 47] = [
    [
        "https://git-codecommit.us-east-2.amazonaws.com/someorg/somerepo/somedir",
        "https://git-codecommit.us-east-2.amazonaws.com/",
        "someorg/somerepo",
        "somedir",
        "",
    ],
    [
        "https://git-codecommit.us-east-2.amazonaws.com/someorg/somerepo/somedir?ref=testbranch",
        "https://git-codecommit.us-east-2.amazonaws.com/",
        "someorg/somerepo",
        "somedir",
        "testbranch",
    ],
    [
        "https://fabrikops2.visualstudio.com/someorg/somerepo?ref=master",
        "https://fabrikops2.visualstudio.com/",
        "someorg/somerepo",
        "",
        "master",
    ],
    [
        "http://github.com/someorg/somerepo/somedir",
        "https://github.com/",
        "someorg/somerepo",
        "somedir",
        "",
    ],
    [
        "git@github.com:someorg/somerepo/somedir",
        "git@github.com:",
        "someorg/somerepo",
        "somedir",
        "",
    ],
    [
        "http://github.com/someorg/somerepo.git/somedir",
        "https://github.com/",
        "someorg/somerepo.git",
        "somedir",
        "",
    ],
    [
        "git@github.com:someorg/somerepo.git/somedir",
        "git@github.com:",
        "someorg/somerepo.git",
        "somedir",
        "",
    ],
    [
        "git@gitlab2.sqtools.ru:infra/kubernetes/thanos-base.git?ref=v0.1.0",
        "git@gitlab2.sqtools.ru:",
        "infra/kubernetes/thanos-base.git",
        "",
        "v0.1.0",
    ],
    [
        "git@bitbucket.org:company/project.git//path?ref=branch",
        "git@bitbucket.org:",
        "company/project.git",
        "path",
        "branch",
    ],
    [
        "git@bitbucket.org/company/project.git//path?ref=branch",
        "git@bitbucket.org/",
        "company/project.git",
        "path",
        "branch",
    ],
    [
        "ssh://git@bitbucket.org/company/project.git//path?ref=branch",
        "ssh://git@bitbucket.org/",
        "company/project.git",
        "path",
        "branch",
    ],
    [
        "https://itfs.mycompany.com/collection/project/_git/somerepos",
        "https://itfs.mycompany.com/",
        "collection/project/_git/somerepos",
        "",
        "",
    ],
    [
        "https://itfs.mycompany.com/collection/project/_git/somerepos?version=v1.0.0",
        "https://itfs.mycompany.com/",
        "collection/project/_git/somerepos",
        "",
        "v1.0.0",
    ],
    [
        "https://itfs.mycompany.com/collection/project/_git/somerepos/somedir?version=v1.0.0",
        "https://itfs.mycompany.com/",
        "collection/project/_git/somerepos",
        "somedir",
        "v1.0.0",
    ],
    [
        "git::https://itfs.mycompany.com/collection/project/_git/somerepos",
        "https://itfs.mycompany.com/",
        "collection/project/_git/somerepos",
        "",
        "",
    ],
    [
        "https://bitbucket.example.com/scm/project/repository.git",
        "https://bitbucket.example.com/",
        "scm/project/repository.git",
        "",
        "",
    ],
    [
        "ssh://git-codecommit.us-east-2.amazonaws.com/someorg/somerepo/somepath",
        "ssh://git-codecommit.us-east-2.amazonaws.com/",
        "someorg/somerepo",
        "somepath",
        "",
    ],
    [
        "git@github.com/someorg/somerepo/somepath",
        "git@github.com:",
        "someorg/somerepo",
        "somepath",
        "",
    ],
    [
        "https://github.com/kubernetes-sigs/kustomize//examples/multibases/dev/?ref=v1.0.6",
        "https://github.com/",
        "kubernetes-sigs/kustomize",
        "examples/multibases/dev/",
        "v1.0.6",
    ],
    [
        "file://a/b/c/someRepo.git/somepath?ref=someBranch",
        "file://",
        "a/b/c/someRepo.git",
        "somepath",
        "someBranch",
    ],
    [
        "file://a/b/c/someRepo//somepath?ref=someBranch",
        "file://",
        "a/b/c/someRepo",
        "somepath",
        "someBranch",
    ],
    ["file://a/b/c/someRepo?ref=someBranch", "file://", "a/b/c/someRepo", "", "someBranch"],
    ["file:///a/b/c/someRepo?ref=someBranch", "file://", "/a/b/c/someRepo", "", "someBranch"],
    [
        "ssh://git@github.com/kubernetes-sigs/kustomize//examples/multibases/dev?ref=v1.0.6",
        "git@github.com:",
        "kubernetes-sigs/kustomize",
        "examples/multibases/dev",
        "v1.0.6",
    ],
    ["file:///a/b/c/someRepo", "file://", "/a/b/c/someRepo", "", ""],
    ["file:///", "file://", "/", "", ""],
    [
        "https://example.org/path/to/repo//examples/multibases/dev",
        "https://example.org/",
        "path/to/repo",
        "examples/multibases/dev",
        "",
    ],
    [
        "https://example.org/path/to/repo.git/examples/multibases/dev",
        "https://example.org/",
        "path/to/repo.git",
        "examples/multibases/dev",
        "",
    ],
    [
        "ssh://alice@example.com/path/to/repo//examples/multibases/dev",
        "ssh://alice@example.com/",
        "path/to/repo",
        "examples/multibases/dev",
        "",
    ],
    [
        "https://authority/org/repo?ref=group/version",
        "https://authority/",
        "org/repo",
        "",
        "group/version",
    ],
    [
        "https://authority/org/repo/?ref=includes_git/for_some_reason",
        "https://authority/",
        "org/repo",
        "",
        "includes_git/for_some_reason",
    ],
    [
        "https://authority/org/repo/?ref=includes.git/for_some_reason",
        "https://authority/",
        "org/repo",
        "",
        "includes.git/for_some_reason",
    ],
    [
        "https://authority/org/repo/%-invalid-uri-so-not-parsable-by-net/url.Parse",
        "https://authority/",
        "org/repo",
        "%-invalid-uri-so-not-parsable-by-net/url.Parse",
        "",
    ],
    [
        "ssh://myusername@bitbucket.org/ourteamname/ourrepositoryname.git//path?ref=branch",
        "ssh://myusername@bitbucket.org/",
        "ourteamname/ourrepositoryname.git",
        "path",
        "branch",
    ],
    [
        "file://git@home/path/to/repository.git//path?ref=branch",
        "file://",
        "git@home/path/to/repository.git",
        "path",
        "branch",
    ],
    [
        "http://git@home.com/path/to/repository.git//path?ref=branch",
        "http://git@home.com/",
        "path/to/repository.git",
        "path",
        "branch",
    ],
    [
        "https://git@home.com/path/to/repository.git//path?ref=branch",
        "https://git@home.com/",
        "path/to/repository.git",
        "path",
        "branch",
    ],
    [
        "ssh://git@ssh.github.com:443/YOUR-USERNAME/YOUR-REPOSITORY.git",
        "ssh://git@ssh.github.com:443/",
        "YOUR-USERNAME/YOUR-REPOSITORY.git",
        "",
        "",
    ],
    [
        "git@gitlab.com/user:name/YOUR-REPOSITORY.git/path",
        "git@gitlab.com/",
        "user:name/YOUR-REPOSITORY.git",
        "path",
        "",
    ],
    [
        "git@gitlab.com:gitlab-tests/sample-project.git",
        "git@gitlab.com:",
        "gitlab-tests/sample-project.git",
        "",
        "",
    ],
    [
        "git@gitlab.com:gitlab-tests/sample-project",
        "git@gitlab.com:",
        "gitlab-tests/sample-project",
        "",
        "",
    ],
    [
        "https://username@dev.azure.com/org/project/_git/repo//path/to/kustomization/root",
        "https://username@dev.azure.com/",
        "org/project/_git/repo",
        "path/to/kustomization/root",
        "",
    ],
    [
        "https://org.visualstudio.com/project/_git/repo/path/to/kustomization/root",
        "https://org.visualstudio.com/",
        "project/_git/repo",
        "path/to/kustomization/root",
        "",
    ],
    [
        "ssh://org-12345@github.com/kubernetes-sigs/kustomize",
        "org-12345@github.com:",
        "kubernetes-sigs/kustomize",
        "",
        "",
    ],
    [
        "org-12345@github.com/kubernetes-sigs/kustomize",
        "org-12345@github.com:",
        "kubernetes-sigs/kustomize",
        "",
        "",
    ],
    [
        "git@gist.github.com:bc7947cb727d7f9217e7862d961a1ffd.git",
        "git@gist.github.com:",
        "bc7947cb727d7f9217e7862d961a1ffd.git",
        "",
        "",
    ],
    [
        "https://gist.github.com/bc7947cb727d7f9217e7862d961a1ffd.git",
        "https://gist.github.com/",
        "bc7947cb727d7f9217e7862d961a1ffd.git",
        "",
        "",
    ],
];

#[test]
fn a_repository_is_found_in_whatever_way_it_is_written() {
    for [text, host, path, folder, reference] in REPOSITORIES {
        check(text, [host, path, folder, reference]);
    }
}

fn check(text: &str, expected: [&str; 4]) {
    let found = Repository::parse(text).expect(text);
    assert_eq!([&*found.host, &*found.path, &*found.folder, &*found.reference], expected, "{text}");
}

#[test]
fn each_host_takes_each_path_and_each_reference() {
    const HOSTS: [[&str; 2]; 16] = [
        ["gitHub.com/", "https://github.com/"],
        ["github.com:", "https://github.com/"],
        ["http://github.com/", "https://github.com/"],
        ["https://github.com/", "https://github.com/"],
        ["hTTps://github.com/", "https://github.com/"],
        [
            "https://git-codecommit.us-east-2.amazonaws.com/",
            "https://git-codecommit.us-east-2.amazonaws.com/",
        ],
        ["https://fabrikops2.visualstudio.com/", "https://fabrikops2.visualstudio.com/"],
        ["ssh://git.example.com:7999/", "ssh://git.example.com:7999/"],
        ["git::https://gitlab.com/", "https://gitlab.com/"],
        ["git::http://git.example.com/", "http://git.example.com/"],
        ["git::https://git.example.com/", "https://git.example.com/"],
        ["git@github.com:", "git@github.com:"],
        ["git@github.com/", "git@github.com:"],
        ["git::git@github.com:", "git@github.com:"],
        ["org-12345@github.com:", "org-12345@github.com:"],
        ["org-12345@github.com/", "org-12345@github.com:"],
    ];
    for [written, host] in HOSTS {
        for folder in ["README.md", "foo/krusty.txt", ""] {
            for reference in ["group/version", "master", "v0.1.0", ""] {
                let slash = if folder.is_empty() { "" } else { "/" };
                let query = if reference.is_empty() { "" } else { "?ref=" };
                let text = format!("{written}some/repo{slash}{folder}{query}{reference}");
                check(&text, [host, "some/repo", folder, reference]);
            }
        }
    }
}

#[test]
fn what_is_no_repository_says_why() {
    const CASES: [[&str; 2]; 15] = [
        ["/tmp", "uri looks like abs path"],
        ["../../tmp", "failed to parse scheme"],
        ["src/github.com/org/repo/path", "failed to parse scheme"],
        ["iauhsdiuashduas", "failed to parse scheme"],
        ["htxxxtp://github.com/", "failed to parse scheme"],
        ["ssh://git.example.com", "failed to parse repo path segment"],
        ["git::___", "failed to parse scheme"],
        ["https://host?ref=group/version/minor_version", "failed to parse repo path segment"],
        ["https://github.com/org/repo.git//path/../../exits/repo", "url path exits repo"],
        ["github.com!org/repo.git//path", "failed to parse scheme"],
        ["gh:org/repo", "failed to parse scheme"],
        ["https://github.com/thisisa404.yaml", "failed to parse repo path segment"],
        ["file:////tmp//path/to/whatever", "failed to parse repo path segment"],
        ["git@scp://github.com/org/repo.git//path", "failed to parse repo path segment"],
        ["git@ssh://github.com/org/repo.git//path", "failed to parse repo path segment"],
    ];
    for [text, expected] in CASES {
        let problem = Repository::parse(text).expect_err(text);
        assert!(problem.message.contains(expected), "{text}: {problem}");
    }
}

#[test]
fn the_query_says_the_reference_and_how_to_fetch() {
    let cases = [
        ("", "", true, 27.0),
        ("ref=v1.0.0", "v1.0.0", true, 27.0),
        ("ref=kustomize/v4.5.7", "kustomize/v4.5.7", true, 27.0),
        ("version=master", "master", true, 27.0),
        ("version=master&ref=v1.0.0", "v1.0.0", true, 27.0),
        ("version=master&submodules=", "master", true, 27.0),
        ("version=master&submodules=maybe", "master", true, 27.0),
        ("version=master&submodules=true", "master", true, 27.0),
        ("version=master&submodules=false", "master", false, 27.0),
        ("version=master&timeout=", "master", true, 27.0),
        ("version=master&timeout=jiffy", "master", true, 27.0),
        ("version=master&timeout=0", "master", true, 27.0),
        ("version=master&timeout=0s", "master", true, 27.0),
        ("version=master&timeout=61", "master", true, 61.0),
        ("version=master&timeout=1m1s", "master", true, 61.0),
        ("version=master&submodules=false&timeout=1m1s", "master", false, 61.0),
    ];
    for (query, reference, submodules, seconds) in cases {
        let found = Query::parse(query);
        assert_eq!(
            (&*found.reference, found.submodules, found.timeout.as_secs_f64()),
            (reference, submodules, seconds),
            "{query}"
        );
    }
}

#[test]
fn a_file_of_the_web_is_told_by_its_name() {
    let cases = [
        ("https://example.com/a/b/install.yaml", true),
        ("https://github.com/org/repo/releases/download/v1/install.yaml", true),
        ("https://example.com/crds.json?raw=true", true),
        ("https://example.com/crds", true),
        ("https://github.com/org/repo/config?ref=v1", false),
        ("ssh://git@example.com/a/b.yaml", false),
        ("bases/web.yaml", false),
    ];
    for (address, is_file) in cases {
        assert_eq!(web_file(address).is_some(), is_file, "{address}");
    }
}

#[test]
fn folders_of_one_repository_need_the_same() {
    let of = |text| Repository::parse(text).expect("a repository").requirement();
    let first = of("https://github.com/org/repo/a?ref=v1");
    assert_eq!(first, of("github.com/org/repo//b/c?ref=v1"));
    assert_ne!(first, of("https://github.com/org/repo/a?ref=v2"));
    assert_ne!(first, of("https://github.com/org/repo/a?ref=v1&submodules=false"));
}
