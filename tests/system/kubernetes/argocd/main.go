// Argo CD's application controller and repository server in one program: the first word of the command says which.
package main

import (
	"os"

	"github.com/spf13/cobra"

	controller "github.com/argoproj/argo-cd/v3/cmd/argocd-application-controller/commands"
	repository "github.com/argoproj/argo-cd/v3/cmd/argocd-repo-server/commands"
)

func main() {
	root := &cobra.Command{Use: "argo"}
	root.AddCommand(controller.NewCommand(), repository.NewCommand())
	if root.Execute() != nil {
		os.Exit(1)
	}
}
