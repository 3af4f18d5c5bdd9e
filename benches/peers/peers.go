package main

import (
	"context"
	"encoding/json"
	"errors"

	"github.com/argoproj/gitops-engine/pkg/diff"
	"github.com/argoproj/gitops-engine/pkg/diff/testdata"
	"github.com/fluxcd/pkg/ssa"
	openapi_v2 "github.com/google/gnostic-models/openapiv2"
	"google.golang.org/protobuf/proto"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/util/managedfields"
	"k8s.io/client-go/applyconfigurations"
	"k8s.io/client-go/kubernetes/scheme"
	openapiproto "k8s.io/kube-openapi/pkg/util/proto"
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/structured-merge-diff/v6/typed"
)

// A peer is another engine, or one way of it.
type peer struct {
	name    string
	prepare func(Case) (compare, error)
}

const manager = "gitops"

func peers() []peer {
	parser := gvkParser()
	structured := []diff.Option{
		diff.WithStructuredMergeDiff(true), diff.WithGVKParser(parser), diff.WithManager(manager),
	}
	return []peer{
		{"gitops-engine, three-way", engine(true, func(Case) []diff.Option { return nil })},
		{"gitops-engine, structured merge", engine(false, func(Case) []diff.Option { return structured })},
		{"gitops-engine, server-side, local part", engine(false, func(one Case) []diff.Option {
			return []diff.Option{
				diff.WithServerSideDiff(true), diff.WithIgnoreMutationWebhook(true),
				diff.WithServerSideDryRunner(dryRun(one.Answer)),
				diff.WithGVKParser(parser), diff.WithManager(manager),
			}
		})},
		{"Flux, local part", flux},
		{"structured-merge-diff, compare", merging(compareTyped)},
		{"structured-merge-diff, merge and compare", merging(mergeTyped)},
	}
}

func object(text json.RawMessage) (*unstructured.Unstructured, error) {
	it := &unstructured.Unstructured{}
	return it, it.UnmarshalJSON(text)
}

// engine is Diff of gitops-engine, where asked for with the annotation that its default needs.
func engine(annotated bool, options func(Case) []diff.Option) func(Case) (compare, error) {
	return func(one Case) (compare, error) {
		desired, err := object(one.Desired)
		if err != nil {
			return nil, err
		}
		live, err := object(one.Live)
		if err != nil {
			return nil, err
		}
		if annotated {
			annotations := live.GetAnnotations()
			if annotations == nil {
				annotations = map[string]string{}
			}
			annotations["kubectl.kubernetes.io/last-applied-configuration"] = string(one.Before)
			live.SetAnnotations(annotations)
		}
		with := options(one)
		return func() (bool, error) {
			result, err := diff.Diff(desired, live, with...)
			if err != nil {
				return false, err
			}
			return result.Modified, nil
		}, nil
	}
}

// dryRun answers what the server would.
type dryRun json.RawMessage

func (answer dryRun) Run(context.Context, *unstructured.Unstructured, string) (string, error) {
	return string(answer), nil
}

// flux is Diff of its resource manager, with a client that has the answers at hand.
func flux(one Case) (compare, error) {
	desired, err := object(one.Desired)
	if err != nil {
		return nil, err
	}
	return func() (bool, error) {
		client, err := newAtHand(one)
		if err != nil {
			return false, err
		}
		return client.judge(desired)
	}, atHandErr(one)
}

func atHandErr(one Case) error {
	_, err := newAtHand(one)
	return err
}

// atHand is a client that answers from memory.
type atHand struct {
	client.Client
	live, answer *unstructured.Unstructured
}

func newAtHand(one Case) (*atHand, error) {
	if it, ok := clients[one.Name]; ok {
		return it, nil
	}
	live, err := object(one.Live)
	if err != nil {
		return nil, err
	}
	answer, err := object(one.Answer)
	it := &atHand{live: live, answer: answer}
	clients[one.Name] = it
	return it, err
}

// Answers are read once: reading them is not what is measured.
var clients = map[string]*atHand{}

func (it *atHand) judge(desired *unstructured.Unstructured) (bool, error) {
	all := ssa.NewResourceManager(it, nil, ssa.Owner{Field: manager, Group: "example.com"})
	change, _, _, err := all.Diff(context.Background(), desired, ssa.DefaultDiffOptions())
	if err != nil {
		return false, err
	}
	return change.Action != ssa.UnchangedAction, nil
}

func (it *atHand) Get(_ context.Context, _ client.ObjectKey, into client.Object, _ ...client.GetOption) error {
	return give(it.live, into)
}

func (it *atHand) Patch(_ context.Context, into client.Object, _ client.Patch, _ ...client.PatchOption) error {
	return give(it.answer, into)
}

// give hands out a shallow copy: what Diff takes out of metadata of changed objects stays here.
func give(it *unstructured.Unstructured, into client.Object) error {
	place, ok := into.(*unstructured.Unstructured)
	if !ok {
		return errors.New("no unstructured object")
	}
	shallow := make(map[string]any, len(it.Object))
	for name, value := range it.Object {
		shallow[name] = value
	}
	if metadata, ok := it.Object["metadata"].(map[string]any); ok {
		copied := make(map[string]any, len(metadata))
		for name, value := range metadata {
			copied[name] = value
		}
		shallow["metadata"] = copied
	}
	place.Object = shallow
	return nil
}

// merging compares typed values; of kinds without a schema, deduced ones.
func merging(judge func(live, desired *typed.TypedValue) (bool, error)) func(Case) (compare, error) {
	converter := applyconfigurations.NewTypeConverter(scheme.Scheme)
	deduced := managedfields.NewDeducedTypeConverter()
	return func(one Case) (compare, error) {
		var both [2]*typed.TypedValue
		for at, text := range []json.RawMessage{one.Live, one.Desired} {
			it, err := object(text)
			if err != nil {
				return nil, err
			}
			unstructured.RemoveNestedField(it.Object, "metadata", "managedFields")
			both[at], err = converter.ObjectToTyped(it)
			if err != nil {
				both[at], err = deduced.ObjectToTyped(it)
			}
			if err != nil {
				return nil, err
			}
		}
		return func() (bool, error) { return judge(both[0], both[1]) }, nil
	}
}

// compareTyped says whether the two differ in what is declared: what is only live is no drift.
func compareTyped(live, desired *typed.TypedValue) (bool, error) {
	all, err := live.Compare(desired)
	if err != nil {
		return false, err
	}
	return !all.Modified.Empty() || !all.Added.Empty(), nil
}

// mergeTyped says whether laying what is declared over what lives changes it.
func mergeTyped(live, desired *typed.TypedValue) (bool, error) {
	merged, err := live.Merge(desired)
	if err != nil {
		return false, err
	}
	all, err := live.Compare(merged)
	if err != nil {
		return false, err
	}
	return !all.IsSame(), nil
}

// gvkParser knows the built-in kinds; the document is that of gitops-engine's own tests.
func gvkParser() *managedfields.GvkParser {
	document := &openapi_v2.Document{}
	if err := proto.Unmarshal(testdata.OpenAPIV2Doc, document); err != nil {
		panic(err)
	}
	models, err := openapiproto.NewOpenAPIData(document)
	if err != nil {
		panic(err)
	}
	parser, err := managedfields.NewGVKParser(models, false)
	if err != nil {
		panic(err)
	}
	return parser
}
