// Command internal prints internal-types.json: the API server's own types of pod templates and of other parts of objects
// that refusals print. It reads the source of pkg/apis/{core,batch,resource}/types.go and of k8s.io/api/{core,batch,resource}/v1/types.go
// (v1.35.4), whose paths it takes in pairs.
//
//	go run . INTERNAL_TYPES V1_TYPES [INTERNAL_TYPES V1_TYPES]... > internal-types.json
//
// One text per type, fields separated by ';' in Go's order: NAME ['=' JSON_NAME] ':' TYPE, '~' before an embedded
// type. JSON_NAME is left out where it is NAME with a small first letter. TYPE: '*' pointer, '[]' list, '{}' map from
// text, then 's' text, 'b' bool, 'i' number, 'J' a value that is printed as its JSON, or the name of a type.
package main

import (
	"encoding/json"
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"os"
	"reflect"
	"strings"
)

func declarations(path string, found map[string]ast.Expr) {
	file, err := parser.ParseFile(token.NewFileSet(), path, nil, 0)
	if err != nil {
		panic(err)
	}
	for _, decl := range file.Decls {
		if gen, ok := decl.(*ast.GenDecl); ok {
			for _, spec := range gen.Specs {
				if named, ok := spec.(*ast.TypeSpec); ok {
					if _, known := found[named.Name.Name]; !known {
						found[named.Name.Name] = named.Type
					}
				}
			}
		}
	}
}

// Parts of objects that refusals print.
var roots = []string{"PodTemplateSpec", "PersistentVolumeSource", "VolumeNodeAffinity", "PodFailurePolicy", "SuccessPolicy", "DeviceClaim"}

var internal, versioned = map[string]ast.Expr{}, map[string]ast.Expr{}
var types = map[string]string{}

func typeText(expr ast.Expr) string {
	switch t := expr.(type) {
	case *ast.StarExpr:
		return "*" + typeText(t.X)
	case *ast.ArrayType:
		return "[]" + typeText(t.Elt)
	case *ast.MapType:
		return "{}" + typeText(t.Value)
	case *ast.SelectorExpr:
		if pkg := t.X.(*ast.Ident).Name; pkg == "api" || pkg == "core" {
			return typeText(t.Sel)
		}
		return "J"
	case *ast.Ident:
		switch t.Name {
		case "string":
			return "s"
		case "bool":
			return "b"
		case "int", "int32", "int64":
			return "i"
		}
		if _, ok := internal[t.Name].(*ast.StructType); ok {
			add(t.Name)
			return t.Name
		}
		return typeText(internal[t.Name])
	}
	panic(fmt.Sprintf("%T", expr))
}

func jsonName(typeName, field string) string {
	if record, ok := versioned[typeName].(*ast.StructType); ok {
		for _, each := range record.Fields.List {
			for _, name := range each.Names {
				if name.Name == field {
					return strings.Split(reflect.StructTag(strings.Trim(each.Tag.Value, "`")).Get("json"), ",")[0]
				}
			}
		}
	}
	return ""
}

func add(name string) {
	if _, known := types[name]; known {
		return
	}
	types[name] = ""
	fields := []string{}
	for _, field := range internal[name].(*ast.StructType).Fields.List {
		if len(field.Names) == 0 {
			fields = append(fields, "~:"+typeText(field.Type))
		}
		for _, each := range field.Names {
			text := each.Name
			if tag := jsonName(name, each.Name); tag != "" && tag != strings.ToLower(each.Name[:1])+each.Name[1:] {
				text += "=" + tag
			}
			fields = append(fields, text+":"+typeText(field.Type))
		}
	}
	types[name] = strings.Join(fields, ";")
}

func main() {
	for i := 1; i+1 < len(os.Args); i += 2 {
		declarations(os.Args[i], internal)
		declarations(os.Args[i+1], versioned)
	}
	for _, root := range roots {
		add(root)
	}
	encoder := json.NewEncoder(os.Stdout)
	encoder.SetEscapeHTML(false)
	encoder.SetIndent("", " ")
	if err := encoder.Encode(types); err != nil {
		panic(err)
	}
}
