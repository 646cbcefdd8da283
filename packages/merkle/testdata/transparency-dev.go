// Prints transparency-dev.json: the test tree of transparency-dev/merkle, and every proof in it, as that library makes them.
//
//	go mod init vectors && go get github.com/transparency-dev/merkle@v0.0.2 && go run transparency-dev.go
package main

import (
	"encoding/json"
	"os"

	"github.com/transparency-dev/merkle/rfc6962"
	"github.com/transparency-dev/merkle/testonly"
)

type inclusion struct {
	Index uint64   `json:"index"`
	Size  uint64   `json:"size"`
	Proof [][]byte `json:"proof"`
}

type consistency struct {
	Size1 uint64   `json:"size1"`
	Size2 uint64   `json:"size2"`
	Proof [][]byte `json:"proof"`
}

func must[T any](value T, err error) T {
	if err != nil {
		panic(err)
	}
	return value
}

func main() {
	leaves := testonly.LeafInputs()
	tree := testonly.New(rfc6962.DefaultHasher)
	tree.AppendData(leaves...)
	inclusions, consistencies := []inclusion{}, []consistency{}
	for size := uint64(1); size <= tree.Size(); size++ {
		for index := uint64(0); index < size; index++ {
			inclusions = append(inclusions, inclusion{index, size, must(tree.InclusionProof(index, size))})
		}
		for size1 := uint64(1); size1 <= size; size1++ {
			consistencies = append(consistencies, consistency{size1, size, must(tree.ConsistencyProof(size1, size))})
		}
	}
	out := json.NewEncoder(os.Stdout)
	out.SetIndent("", " ")
	out.Encode(map[string]any{
		"about":       "The test tree of github.com/transparency-dev/merkle v0.0.2 (testonly.LeafInputs, RootHashes) and all proofs its own tree gives for it. Base64. Made by transparency-dev.go.",
		"leaves":      leaves,
		"roots":       testonly.RootHashes(),
		"inclusion":   inclusions,
		"consistency": consistencies,
	})
}
