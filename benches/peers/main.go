package main

import (
	_ "github.com/argoproj/gitops-engine/pkg/diff"
	_ "github.com/argoproj/gitops-engine/pkg/diff/testdata"
	_ "github.com/fluxcd/pkg/ssa"
	_ "k8s.io/client-go/applyconfigurations"
	_ "k8s.io/client-go/kubernetes/scheme"
	_ "sigs.k8s.io/structured-merge-diff/v6/typed"
)

func main() {}
