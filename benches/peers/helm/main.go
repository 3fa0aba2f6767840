// Renders charts with Helm's engine: helm-engine FOLDER CHART... writes every template's result below FOLDER.
//
// It is what `helm template` does without schema checks, hooks, and the sorting of what it prints.
package main

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"helm.sh/helm/v4/pkg/chart/common"
	"helm.sh/helm/v4/pkg/chart/common/util"
	"helm.sh/helm/v4/pkg/chart/v2/loader"
	"helm.sh/helm/v4/pkg/engine"
)

func main() {
	if len(os.Args) < 3 {
		fmt.Fprintln(os.Stderr, "usage: helm-engine FOLDER CHART...")
		os.Exit(2)
	}
	for _, path := range os.Args[2:] {
		if err := render(path, os.Args[1]); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
	}
}

func render(path, folder string) error {
	chart, err := loader.Load(path)
	if err != nil {
		return err
	}
	release := common.ReleaseOptions{Name: "site", Namespace: "openstack", Revision: 1, IsInstall: true}
	values, err := util.ToRenderValues(chart, map[string]any{}, release, common.DefaultCapabilities)
	if err != nil {
		return err
	}
	rendered, err := engine.Render(chart, values)
	if err != nil {
		return err
	}
	for name, text := range rendered {
		if strings.TrimSpace(text) == "" {
			continue
		}
		target := filepath.Join(folder, name)
		if err := os.MkdirAll(filepath.Dir(target), 0o755); err != nil {
			return err
		}
		if err := os.WriteFile(target, []byte(text), 0o644); err != nil {
			return err
		}
	}
	return nil
}
