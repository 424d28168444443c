package sweep

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"io"
	"os"
)

// maxLine bounds a run's line in bytes.
const maxLine = 1 << 20

// FileError is what is wrong with a results file.
type FileError struct {
	File string
	Line int // 0: the file as a whole
	Text string
}

// Error names the file and the line.
func (e *FileError) Error() string {
	if e.Line == 0 {
		return fmt.Sprintf("%s: %s", e.File, e.Text)
	}
	return fmt.Sprintf("%s:%d: %s", e.File, e.Line, e.Text)
}

// Reader reads a results file, line by line.
type Reader struct {
	Sweep  *Sweep
	Shard  Shard
	Format Format

	file string
	in   *bufio.Reader
	line int
	next int   // the run that has to follow
	read int64 // bytes of whole lines
}

// NewReader reads the head of a results file. The file's name is for messages and tells the format.
func NewReader(file string, in io.Reader) (*Reader, error) {
	r := &Reader{file: file, in: bufio.NewReaderSize(in, 16<<10)}
	var known bool
	if r.Format, known = FormatOf(file); !known {
		return nil, &FileError{file, 0, "the results of a sweep are in files that end with .jsonl or .csv"}
	}
	head, err := r.take(maxHeader)
	if errors.Is(err, io.EOF) {
		return nil, &FileError{file, 0, "it is empty, or its first line was cut short"}
	} else if err != nil {
		return nil, err
	}
	if r.Format == CSV {
		var is bool
		if head, is = bytes.CutPrefix(head, []byte("# ")); !is {
			return nil, r.wrong("it does not begin as the results of parley sweep do")
		}
	}
	if r.Sweep, r.Shard, err = parseHeader(head); err != nil {
		return nil, r.wrong("%v", err)
	}
	if r.Format == CSV {
		if names, err := r.take(maxLine); err != nil || !bytes.Equal(names, r.Sweep.columns()) {
			return nil, r.wrong("the names of the columns are not those of the sweep: the line was edited")
		}
	}
	r.next = r.Shard.First()
	return r, nil
}

func (r *Reader) wrong(format string, args ...any) error {
	return &FileError{r.file, r.line, fmt.Sprintf(format, args...)}
}

// take reads a line without its end. A last line that has no end is io.EOF, as is the end of the file.
func (r *Reader) take(limit int) ([]byte, error) {
	r.line++
	var line []byte
	for {
		part, err := r.in.ReadSlice('\n')
		line = append(line, part...)
		switch {
		case len(line) > limit:
			return nil, r.wrong("the line is too long")
		case errors.Is(err, bufio.ErrBufferFull):
			continue
		case errors.Is(err, io.EOF):
			return nil, io.EOF
		case err != nil:
			return nil, &FileError{r.file, r.line, err.Error()}
		}
		r.read += int64(len(line))
		return line[:len(line)-1], nil
	}
}

// Next returns the next run's result; io.EOF after the last whole line. The runs follow each other without a gap.
func (r *Reader) Next() (Result, error) {
	line, err := r.take(maxLine)
	if err != nil {
		return Result{}, err
	}
	result, err := r.Sweep.ParseLine(r.Format, line)
	if err != nil {
		return result, r.wrong("%v; delete this line and all after it, and --resume plays those runs again", err)
	}
	if result.Run != r.next {
		return result, r.wrong("run %d stands where run %d has to: lines were taken out, doubled or moved", result.Run, r.next)
	}
	r.next = r.Shard.Next(r.next)
	return result, nil
}

// Done reports whether all runs of the shard have been read.
func (r *Reader) Done() bool { return r.next > r.Sweep.Runs }

// Open makes the file ready for the results of a shard. Where it exists and resume is set, what it holds is read, told to
// add, and kept; a last line that was cut short is taken off. It returns the file, to be written at its end, and the run
// that is next.
func (w *Sweep) Open(name string, s Shard, resume bool, add func(*Result)) (*os.File, int, error) {
	format, known := FormatOf(name)
	if !known {
		return nil, 0, &FileError{name, 0, "name a file that ends with .jsonl or .csv, so that it is known what to write"}
	}
	mode := os.O_RDWR | os.O_CREATE
	if !resume {
		mode |= os.O_EXCL
	}
	file, err := os.OpenFile(name, mode, 0o666)
	if errors.Is(err, os.ErrExist) {
		return nil, 0, &FileError{name, 0, "it exists: --resume goes on with it; else remove it, or name another"}
	}
	if err != nil {
		return nil, 0, err
	}
	next, err := w.goOn(file, name, format, s, add)
	if err != nil {
		return nil, 0, errors.Join(err, file.Close())
	}
	return file, next, nil
}

// goOn reads what the file holds and puts its end where writing goes on.
func (w *Sweep) goOn(file *os.File, name string, f Format, s Shard, add func(*Result)) (next int, err error) {
	head := w.Head(f, s)
	start := make([]byte, len(head))
	n, err := io.ReadFull(file, start)
	if err != nil && !errors.Is(err, io.EOF) && !errors.Is(err, io.ErrUnexpectedEOF) {
		return 0, err
	}
	if n < len(head) && bytes.HasPrefix(head, start[:n]) { // nothing yet, or its head was cut short
		if _, err := file.WriteAt(head, 0); err != nil {
			return 0, err
		}
		_, err := file.Seek(int64(len(head)), io.SeekStart)
		return s.First(), err
	}
	if _, err := file.Seek(0, io.SeekStart); err != nil {
		return 0, err
	}
	r, err := NewReader(name, file)
	if err != nil {
		return 0, err
	}
	if why := w.difference(r.Sweep); why != "" {
		return 0, &FileError{name, 0, "it holds the results of another sweep: " + why}
	}
	if r.Shard.String() != s.String() && !(r.Shard.Whole() && s.Whole()) {
		return 0, &FileError{name, 0, fmt.Sprintf("it holds %s, and this is %s", part(r.Shard), part(s))}
	}
	for {
		result, err := r.Next()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return 0, err
		}
		add(&result)
	}
	if err := file.Truncate(r.read); err != nil {
		return 0, err
	}
	_, err = file.Seek(r.read, io.SeekStart)
	return r.next, err
}

func part(s Shard) string {
	if s.Whole() {
		return "a whole sweep"
	}
	return "shard " + s.String()
}
