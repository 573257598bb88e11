// Command verify checks evidence of a log with the packages behind Go's checksum database. It reads one JSON document
// (evidence.py) from standard input, prints the number of proofs it checked, and exits with 1 at the first that fails.
package main

import (
	"encoding/base64"
	"encoding/json"
	"fmt"
	"os"
	"strconv"
	"strings"

	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"
)

type inclusion struct {
	Index  int64
	Entry  []byte
	Hashes [][]byte
}

type consistency struct {
	Size   int64
	Root   []byte
	Hashes [][]byte
}

type evidence struct {
	Note          []byte
	VerifierKey   string
	Inclusions    []inclusion
	Consistencies []consistency
}

func main() {
	var given evidence
	if err := json.NewDecoder(os.Stdin).Decode(&given); err != nil {
		refuse("evidence", err)
	}
	size, root := open(given)
	for _, each := range given.Inclusions {
		err := tlog.CheckRecord(hashes(each.Hashes), size, root, each.Index, tlog.RecordHash(each.Entry))
		if err != nil {
			refuse(fmt.Sprintf("entry %d", each.Index), err)
		}
	}
	for _, each := range given.Consistencies {
		err := tlog.CheckTree(hashes(each.Hashes), size, root, each.Size, hash(each.Root))
		if err != nil {
			refuse(fmt.Sprintf("size %d", each.Size), err)
		}
	}
	fmt.Println(len(given.Inclusions) + len(given.Consistencies))
}

// open verifies the note and reads the tree from it. tlog.ParseTree wants the origin of Go's own log, so the lines
// are read here.
func open(given evidence) (int64, tlog.Hash) {
	verifier, err := note.NewVerifier(given.VerifierKey)
	if err != nil {
		refuse("verifier key", err)
	}
	opened, err := note.Open(given.Note, note.VerifierList(verifier))
	if err != nil {
		refuse("note", err)
	}
	lines := strings.Split(opened.Text, "\n")
	if len(lines) != 4 || lines[0] != verifier.Name() {
		refuse("checkpoint", fmt.Errorf("%d lines, origin %q", len(lines), lines[0]))
	}
	size, err := strconv.ParseInt(lines[1], 10, 64)
	if err != nil {
		refuse("checkpoint size", err)
	}
	root, err := base64.StdEncoding.DecodeString(lines[2])
	if err != nil {
		refuse("checkpoint root", err)
	}
	return size, hash(root)
}

func hashes(given [][]byte) []tlog.Hash {
	var found []tlog.Hash
	for _, each := range given {
		found = append(found, hash(each))
	}
	return found
}

func hash(given []byte) tlog.Hash {
	var found tlog.Hash
	if len(given) != len(found) {
		refuse("hash", fmt.Errorf("%d bytes", len(given)))
	}
	copy(found[:], given)
	return found
}

func refuse(what string, err error) {
	fmt.Fprintf(os.Stderr, "%s: %v\n", what, err)
	os.Exit(1)
}
