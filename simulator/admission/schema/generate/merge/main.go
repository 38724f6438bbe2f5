// Command merge prints merge-facts.json: how lists, maps and structs of the Kubernetes API are merged by server-side
// apply. It reads the OpenAPI definitions of k8s.io/kubernetes. Run it in a module that requires k8s.io/kubernetes
// v1.35.4, with the path of field-schema.json:
//
//	go run . field-schema.json > merge-facts.json
//
// "fields": type key, then field, then 'atomic' (a map), 'set', or the keys of a list of maps, each as NAME or
// NAME=DEFAULT, parted by commas. Lists that are not named are atomic, maps that are not named are merged by key.
// "atomic": types whose whole value belongs to one manager.
package main

import (
	"encoding/json"
	"fmt"
	"os"
	"slices"
	"strings"

	"k8s.io/kube-openapi/pkg/common"
	"k8s.io/kube-openapi/pkg/validation/spec"
	"k8s.io/kubernetes/pkg/generated/openapi"
)

// key turns "io.k8s.api.core.v1.Container" into "core/v1.Container".
func key(name string) string {
	parts := strings.Split(name, ".")
	if len(parts) < 3 {
		return name
	}
	last := parts[len(parts)-3:]
	return last[0] + "/" + last[1] + "." + last[2]
}

func keysOf(definitions map[string]common.OpenAPIDefinition, s spec.Schema) string {
	texts := []string{}
	names, _ := s.Extensions.GetStringSlice("x-kubernetes-list-map-keys")
	if names == nil {
		name, _ := s.Extensions.GetString("x-kubernetes-patch-merge-key")
		names = []string{name}
	}
	ref := s.Items.Schema.Ref.String()
	if ref == "" && len(s.Items.Schema.AllOf) > 0 {
		ref = s.Items.Schema.AllOf[0].Ref.String()
	}
	for _, name := range names {
		text := name
		if d := definitions[ref].Schema.Properties[name].Default; d != nil && fmt.Sprint(d) != "" && fmt.Sprint(d) != "0" {
			text += "=" + fmt.Sprint(d)
		}
		texts = append(texts, text)
	}
	return strings.Join(texts, ",")
}

func fact(definitions map[string]common.OpenAPIDefinition, s spec.Schema) string {
	list, hasList := s.Extensions.GetString("x-kubernetes-list-type")
	strategy, _ := s.Extensions.GetString("x-kubernetes-patch-strategy")
	_, hasKey := s.Extensions.GetString("x-kubernetes-patch-merge-key")
	switch {
	case list == "map":
		return keysOf(definitions, s)
	case list == "set":
		return "set"
	case !hasList && strings.HasPrefix(strategy, "merge") && s.Items != nil:
		if hasKey {
			return keysOf(definitions, s)
		}
		return "set"
	}
	if m, _ := s.Extensions.GetString("x-kubernetes-map-type"); m == "atomic" {
		return "atomic"
	}
	return ""
}

func main() {
	text, err := os.ReadFile(os.Args[1])
	if err != nil {
		panic(err)
	}
	var known struct{ Types map[string]string }
	if err := json.Unmarshal(text, &known); err != nil {
		panic(err)
	}
	definitions := openapi.GetOpenAPIDefinitions(func(path string) spec.Ref { return spec.MustCreateRef(path) })
	fields, atomic := map[string]map[string]string{}, []string{}
	for name, definition := range definitions {
		k := key(name)
		if _, ok := known.Types[k]; !ok {
			continue
		}
		if m, _ := definition.Schema.Extensions.GetString("x-kubernetes-map-type"); m == "atomic" {
			atomic = append(atomic, k)
		}
		for field, schema := range definition.Schema.Properties {
			if f := fact(definitions, schema); f != "" {
				if fields[k] == nil {
					fields[k] = map[string]string{}
				}
				fields[k][field] = f
			}
		}
	}
	out := json.NewEncoder(os.Stdout)
	out.SetIndent("", " ")
	slices.Sort(atomic)
	if err := out.Encode(map[string]any{"atomic": atomic, "fields": fields}); err != nil {
		panic(err)
	}
}
