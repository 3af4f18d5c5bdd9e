// Command fields prints what encoding/json prints of the fields of the built-in kinds where they
// are not set: facts that their OpenAPI documents do not hold.
//
//	cd gitops-diff/tools/fields && go run . > fields.txt
//
// One line a field: the definition as the OpenAPI documents name it, the field, and one of
//
//	omitted  left out where it is zero (`omitempty`, `omitzero`)
//	kept     a pointer: left out where it is null, kept where it is zero
//	zero     printed as its zero value
//	null     printed as null
package main

import (
	"encoding/json"
	"fmt"
	"os"
	"reflect"
	"sort"
	"strings"

	apiextensions "k8s.io/apiextensions-apiserver/pkg/apis/apiextensions/v1"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/client-go/kubernetes/scheme"
	aggregator "k8s.io/kube-aggregator/pkg/apis/apiregistration/v1"
)

func main() {
	kinds := runtime.NewScheme()
	for _, add := range []func(*runtime.Scheme) error{
		scheme.AddToScheme, apiextensions.AddToScheme, aggregator.AddToScheme,
	} {
		if err := add(kinds); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
	}
	facts := facts{}
	for _, of := range kinds.AllKnownTypes() {
		facts.add(of)
	}
	for _, line := range facts.lines() {
		fmt.Println(line)
	}
}

// marshaler is what prints itself: times, quantities.
var marshaler = reflect.TypeFor[json.Marshaler]()

// facts are the lines of each type.
type facts map[reflect.Type][]string

func (f facts) add(of reflect.Type) {
	switch of.Kind() {
	case reflect.Pointer, reflect.Slice, reflect.Map:
		f.add(of.Elem())
		return
	case reflect.Struct:
	default:
		return
	}
	if _, seen := f[of]; seen || reflect.PointerTo(of).Implements(marshaler) {
		return
	}
	f[of] = nil
	f[of] = f.fields(of, definition(of))
}

func (f facts) fields(of reflect.Type, owner string) []string {
	var lines []string
	for i := range of.NumField() {
		field := of.Field(i)
		name, options, _ := strings.Cut(field.Tag.Get("json"), ",")
		if strings.Contains(options, "inline") || field.Anonymous && name == "" {
			lines = append(lines, f.fields(field.Type, owner)...)
			continue
		}
		if name == "" || name == "-" {
			continue
		}
		lines = append(lines, fmt.Sprintf("%s %s %s", owner, name, unset(field.Type, options)))
		f.add(field.Type)
	}
	return lines
}

func unset(of reflect.Type, options string) string {
	empty := strings.Contains(options, "omitempty")
	zero := strings.Contains(options, "omitzero")
	switch of.Kind() {
	case reflect.Pointer, reflect.Interface:
		if empty || zero {
			return "kept"
		}
		return "null"
	case reflect.Slice, reflect.Map:
		if empty || zero {
			return "omitted"
		}
		return "null"
	case reflect.Struct:
		if zero {
			return "omitted"
		}
		return "zero"
	default:
		if empty || zero {
			return "omitted"
		}
		return "zero"
	}
}

// definition is the name of a type in OpenAPI documents: io.k8s.api.apps.v1.Deployment.
func definition(of reflect.Type) string {
	domain, path, _ := strings.Cut(of.PkgPath(), "/")
	parts := strings.Split(domain, ".")
	for i, j := 0, len(parts)-1; i < j; i, j = i+1, j-1 {
		parts[i], parts[j] = parts[j], parts[i]
	}
	return strings.Join(parts, ".") + "." + strings.ReplaceAll(path, "/", ".") + "." + of.Name()
}

func (f facts) lines() []string {
	var lines []string
	for _, of := range f {
		lines = append(lines, of...)
	}
	sort.Strings(lines)
	return lines
}
