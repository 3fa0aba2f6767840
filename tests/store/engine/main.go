package main

import (
	"encoding/json"
	"os"

	esv1 "github.com/external-secrets/external-secrets/apis/externalsecrets/v1"
	v2 "github.com/external-secrets/external-secrets/pkg/template/v2"
	corev1 "k8s.io/api/core/v1"
)

func main() {
	var in []struct {
		Template map[string]string
		Data     map[string][]byte
	}
	if err := json.NewDecoder(os.Stdin).Decode(&in); err != nil {
		panic(err)
	}
	out := []map[string]any{}
	for _, one := range in {
		templates := map[string][]byte{}
		for k, v := range one.Template {
			templates[k] = []byte(v)
		}
		secret := &corev1.Secret{}
		err := v2.Execute(templates, one.Data, esv1.TemplateScopeValues, esv1.TemplateTargetData, secret)
		said := map[string]any{"data": secret.Data}
		if err != nil {
			said["error"] = err.Error()
		}
		out = append(out, said)
	}
	json.NewEncoder(os.Stdout).Encode(out)
}
