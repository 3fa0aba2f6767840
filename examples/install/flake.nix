# `nix run .#taco-gen -- check` with this file beside Cargo.toml.
{
  description = "Compiles one site spec into everything an OpenStack-on-Kubernetes site needs";
  inputs.nixpkgs.url = "github:NixOS/nixpkgs/nixos-unstable";
  outputs = { self, nixpkgs }:
    let
      systems = [ "x86_64-linux" "aarch64-linux" "aarch64-darwin" ];
      each = make: nixpkgs.lib.genAttrs systems (system: make nixpkgs.legacyPackages.${system});
    in
    {
      packages = each (pkgs: rec {
        taco-gen = pkgs.rustPlatform.buildRustPackage {
          pname = "taco-gen";
          version = (builtins.fromTOML (builtins.readFile ./Cargo.toml)).package.version;
          src = ./.;
          cargoLock.lockFile = ./Cargo.lock;
          nativeBuildInputs = [ pkgs.installShellFiles ];
          # The suite wants Git, Python and a shell of a distribution; .ci/run is the place for it.
          doCheck = false;
          postInstall = ''
            $out/bin/taco-gen man --output man
            installManPage man/*
            installShellCompletion --cmd taco-gen \
              --bash <($out/bin/taco-gen completions bash) \
              --zsh <($out/bin/taco-gen completions zsh) \
              --fish <($out/bin/taco-gen completions fish)
          '';
          meta.mainProgram = "taco-gen";
        };
        default = taco-gen;
      });
      devShells = each (pkgs: {
        default = pkgs.mkShell { packages = [ pkgs.cargo pkgs.clippy pkgs.git pkgs.python3 pkgs.rustfmt ]; };
      });
    };
}
