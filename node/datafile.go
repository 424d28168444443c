package node

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"hash/fnv"
	"io"
	"os"
)

// ErrDamaged is returned by OpenStores for data that was lost or changed on the disk.
var ErrDamaged = errors.New("the data is damaged")

// bbolt takes its file for good: where that is cut off or a page of it is not what it was, bbolt panics, some of it on
// goroutines of its own, or the process gets a SIGBUS. So the file is read here before bbolt opens it: every page that is
// in use is there, is the page that it should be, and is used once; and keys are in order. This is bbolt's format of
// version 2, in the machine's own byte order.
const (
	boltMagic   = 0xED0CDAED
	boltVersion = 2

	boltPageHeader = 16 // id uint64, flags uint16, count uint16, overflow uint32
	boltElement    = 16 // branch: pos uint32, ksize uint32, page uint64; leaf: flags, pos, ksize, vsize uint32
	boltBucket     = 16 // root uint64, sequence uint64
	boltMeta       = 64 // magic, version, page size, flags uint32; bucket; freelist, pages, transaction, checksum uint64

	boltBranch, boltLeaf = 0x01, 0x02
	boltIsBucket         = 0x01
	boltMaxDepth         = 64
)

// dataFile is a bbolt file that is being checked.
type dataFile struct {
	r     io.ReaderAt
	page  int64 // bytes of one
	pages uint64
	used  []bool // by page
}

// checkDataFile reads a file of bbolt's that nobody writes to. Its error wraps ErrDamaged if that is not as it should be.
func checkDataFile(path string) error {
	f, err := os.Open(path)
	if err != nil {
		return err
	}
	defer func() { _ = f.Close() }() // it was only read
	info, err := f.Stat()
	if err != nil {
		return err
	}
	return checkBolt(f, info.Size())
}

func checkBolt(r io.ReaderAt, size int64) error {
	d := &dataFile{r: r}
	root, found := d.meta(size)
	if !found {
		return fmt.Errorf("%w: neither of its two headers is intact", ErrDamaged)
	}
	if d.pages < 2 || d.pages > uint64(size/d.page) {
		return fmt.Errorf("%w: it is cut off: %d bytes are left, and %d pages of %d are in use", ErrDamaged, size, d.pages, d.page)
	}
	d.used = make([]bool, d.pages)
	d.used[0], d.used[1] = true, true
	if err := d.bucket(root, 0); err != nil {
		return fmt.Errorf("%w: %w", ErrDamaged, err)
	}
	return nil
}

// meta finds the newest header that is intact, and returns the page of the root bucket.
func (d *dataFile) meta(size int64) (root uint64, found bool) {
	var newest uint64
	read := func(at int64, page int64) {
		b := make([]byte, boltMeta)
		if _, err := d.r.ReadAt(b, at+boltPageHeader); err != nil {
			return
		}
		n := binary.NativeEndian
		sum := fnv.New64a()
		_, _ = sum.Write(b[:boltMeta-8])
		if n.Uint32(b) != boltMagic || n.Uint32(b[4:]) != boltVersion || n.Uint64(b[56:]) != sum.Sum64() {
			return
		}
		if own := int64(n.Uint32(b[8:])); page != 0 && own != page || own < 512 || found && own != d.page {
			return
		}
		if transaction := n.Uint64(b[48:]); !found || transaction > newest {
			newest, found, root = transaction, true, n.Uint64(b[16:])
			d.page, d.pages = int64(n.Uint32(b[8:])), n.Uint64(b[40:])
		}
	}
	read(0, 0)
	if found {
		read(d.page, d.page)
		return root, found
	}
	for page := int64(1024); page <= 1<<24 && page < size && !found; page <<= 1 {
		read(page, page)
	}
	return root, found
}

// bucket checks what is in a bucket whose root page is given.
func (d *dataFile) bucket(root uint64, depth int) error {
	var last []byte
	return d.tree(root, depth, &last, nil)
}

// tree checks a page and those below it. last is the key before, and first the least that may come.
func (d *dataFile) tree(id uint64, depth int, last *[]byte, first []byte) error {
	if depth > boltMaxDepth {
		return fmt.Errorf("page %d: it is %d levels down", id, depth)
	}
	b, err := d.read(id)
	if err != nil {
		return fmt.Errorf("page %d: %w", id, err)
	}
	if err := d.elements(b, depth, last, first); err != nil {
		return fmt.Errorf("page %d: %w", id, err)
	}
	return nil
}

// read reads a page with its overflow, and notes that it is used.
func (d *dataFile) read(id uint64) ([]byte, error) {
	if id < 2 || id >= d.pages {
		return nil, fmt.Errorf("there are pages 2 to %d", d.pages-1)
	}
	head := make([]byte, boltPageHeader)
	if _, err := d.r.ReadAt(head, int64(id)*d.page); err != nil {
		return nil, err
	}
	if own := binary.NativeEndian.Uint64(head); own != id {
		return nil, fmt.Errorf("it says that it is page %d", own)
	}
	overflow := uint64(binary.NativeEndian.Uint32(head[12:]))
	if id+overflow >= d.pages {
		return nil, fmt.Errorf("it goes on for %d pages, past the end", overflow)
	}
	for i := id; i <= id+overflow; i++ {
		if d.used[i] {
			return nil, errors.New("it is used twice")
		}
		d.used[i] = true
	}
	b := make([]byte, int64(overflow+1)*d.page)
	if _, err := d.r.ReadAt(b, int64(id)*d.page); err != nil {
		return nil, err
	}
	return b, nil
}

// elements checks what is on a page, and below it.
func (d *dataFile) elements(b []byte, depth int, last *[]byte, first []byte) error {
	n := binary.NativeEndian
	flags, count := n.Uint16(b[8:]), int(n.Uint16(b[10:]))
	if flags != boltBranch && flags != boltLeaf {
		return fmt.Errorf("its kind is %#x", flags)
	}
	if boltPageHeader+count*boltElement > len(b) || flags == boltBranch && count == 0 {
		return fmt.Errorf("it has %d elements", count)
	}
	for i := range count {
		at := boltPageHeader + i*boltElement
		e := b[at : at+boltElement]
		if flags == boltBranch {
			key, err := part(b, at, n.Uint32(e), n.Uint32(e[4:]))
			if err != nil {
				return err
			}
			if bytes.Compare(key, first) < 0 || *last != nil && bytes.Compare(*last, key) >= 0 {
				return fmt.Errorf("key %x is out of order", key)
			}
			if err := d.tree(n.Uint64(e[8:]), depth+1, last, key); err != nil {
				return err
			}
			continue
		}
		key, err := part(b, at, n.Uint32(e[4:]), n.Uint32(e[8:]))
		if err != nil {
			return err
		}
		if bytes.Compare(key, first) < 0 || *last != nil && bytes.Compare(*last, key) >= 0 {
			return fmt.Errorf("key %x is out of order", key)
		}
		*last = key
		value, err := part(b, at, n.Uint32(e[4:])+n.Uint32(e[8:]), n.Uint32(e[12:]))
		if err != nil {
			return err
		}
		if n.Uint32(e)&boltIsBucket != 0 {
			if err := d.nested(value, depth); err != nil {
				return fmt.Errorf("bucket %q: %w", key, err)
			}
		}
	}
	return nil
}

// nested checks a bucket by what is stored of it. A small one is stored right there.
func (d *dataFile) nested(value []byte, depth int) error {
	if len(value) < boltBucket {
		return fmt.Errorf("it has %d bytes", len(value))
	}
	if root := binary.NativeEndian.Uint64(value); root != 0 {
		return d.bucket(root, depth+1)
	}
	if value = value[boltBucket:]; len(value) < boltPageHeader || binary.NativeEndian.Uint16(value[8:]) != boltLeaf {
		return errors.New("it is no page")
	}
	var last []byte
	return d.elements(value, depth+1, &last, nil)
}

// part returns the bytes at a position that is counted from an element.
func part(b []byte, element int, position, size uint32) ([]byte, error) {
	from := int64(element) + int64(position)
	if to := from + int64(size); to <= int64(len(b)) {
		return b[from:to], nil
	}
	return nil, errors.New("an element of it is not there")
}
