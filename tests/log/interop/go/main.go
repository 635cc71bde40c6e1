// Reads a log as files, as Go's own checksum database reads its: every hash it uses comes from the tiles and is checked against
// the signed root. Says in one line of JSON whether the checkpoint opens, every entry is in the log, and the log continues an older one.
package main

import (
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"

	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"
)

const height = 8

type files struct{ folder string }

func (f files) Height() int { return height }

func (f files) SaveTiles([]tlog.Tile, [][]byte) {}

func (f files) ReadTiles(tiles []tlog.Tile) ([][]byte, error) {
	var found [][]byte
	for _, tile := range tiles {
		// C2SP leaves the height out of the path: it is always 8.
		path := strings.Replace(tile.Path(), fmt.Sprintf("tile/%d/", height), "tile/", 1)
		raw, err := os.ReadFile(filepath.Join(f.folder, path))
		if err != nil {
			return nil, err
		}
		found = append(found, raw)
	}
	return found, nil
}

func entries(folder string, number, width int64) ([][]byte, error) {
	tile := tlog.Tile{H: height, L: 0, N: number, W: int(width)}
	path := strings.Replace(tile.Path(), fmt.Sprintf("tile/%d/0/", height), "tile/entries/", 1)
	raw, err := os.ReadFile(filepath.Join(folder, path))
	if err != nil {
		return nil, err
	}
	var found [][]byte
	for len(raw) > 0 {
		if len(raw) < 2 || len(raw) < 2+int(binary.BigEndian.Uint16(raw)) {
			return nil, errors.New("an entry is cut off")
		}
		size := 2 + int(binary.BigEndian.Uint16(raw))
		found = append(found, raw[2:size])
		raw = raw[size:]
	}
	return found, nil
}

func tree(folder, vkey string) (tlog.Tree, error) {
	verifier, err := note.NewVerifier(vkey)
	if err != nil {
		return tlog.Tree{}, err
	}
	raw, err := os.ReadFile(filepath.Join(folder, "checkpoint"))
	if err != nil {
		return tlog.Tree{}, err
	}
	opened, err := note.Open(raw, note.VerifierList(verifier))
	if err != nil {
		return tlog.Tree{}, err
	}
	lines := strings.Split(opened.Text, "\n")
	if len(lines) != 4 || lines[0] != verifier.Name() {
		return tlog.Tree{}, errors.New("the note is no checkpoint of this log")
	}
	size, err := strconv.ParseInt(lines[1], 10, 64)
	if err != nil {
		return tlog.Tree{}, err
	}
	hash, err := tlog.ParseHash(lines[2])
	return tlog.Tree{N: size, Hash: hash}, err
}

func check(folder, older, vkey string) (int64, error) {
	shown, err := tree(folder, vkey)
	if err != nil {
		return 0, err
	}
	reader := tlog.TileHashReader(shown, files{folder})
	for number := int64(0); number*256 < shown.N; number++ {
		width := shown.N - number*256
		if width > 256 {
			width = 256
		}
		found, err := entries(folder, number, width)
		if err != nil {
			return 0, err
		}
		if int64(len(found)) != width {
			return 0, errors.New("entries are missing")
		}
		for at, entry := range found {
			index := number*256 + int64(at)
			proof, err := tlog.ProveRecord(shown.N, index, reader)
			if err != nil {
				return 0, err
			}
			if err := tlog.CheckRecord(proof, shown.N, shown.Hash, index, tlog.RecordHash(entry)); err != nil {
				return 0, err
			}
		}
	}
	before, err := tree(older, vkey)
	if err != nil {
		return 0, err
	}
	proof, err := tlog.ProveTree(shown.N, before.N, reader)
	if err != nil {
		return 0, err
	}
	return shown.N, tlog.CheckTree(proof, shown.N, shown.Hash, before.N, before.Hash)
}

func main() {
	size, err := check(os.Args[1], os.Args[2], os.Args[3])
	said := map[string]interface{}{"ok": err == nil, "size": size}
	if err != nil {
		said["why"] = err.Error()
	}
	json.NewEncoder(os.Stdout).Encode(said)
}
