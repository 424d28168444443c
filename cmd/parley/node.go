package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"path/filepath"
	"runtime/debug"
	"slices"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/urfave/cli/v2"
	"go.uber.org/zap"
	"go.uber.org/zap/zapcore"

	"github.com/parley-sim/parley/node/api"
	"github.com/parley-sim/parley/node/host"
	"github.com/parley-sim/parley/node/identity"
)

// nodeOptions is what parley node was asked for.
type nodeOptions struct {
	config     string
	logLevel   string
	logFormat  string
	withParent bool
	page       bool
	logFile    string
}

// parley node --config FILE [--log-level L] [--log-format F] [--page]
func (e *env) nodeCommand() *cli.Command {
	return &cli.Command{
		Name:  "node",
		Usage: "run one capital",
		Description: "FILE is a capital's config.json, as parley init and parley up write it. The capital runs\n" +
			"until it is interrupted, and prints one line when it answers. Its keys and certificates can\n" +
			"be replaced while it runs. Exit status: 0 it was asked to end; 2 its settings are wrong; 3 it\n" +
			"could not run.",
		Flags: []cli.Flag{
			&cli.StringFlag{Name: "config", Usage: "the capital's settings: `FILE`"},
			&cli.StringFlag{Name: "log-level", Usage: "log what is at least `L`: debug, info, warn or error", Value: "info"},
			&cli.StringFlag{Name: "log-format", Usage: "log as `F`: console or json", Value: "console"},
			&cli.BoolFlag{Name: "page", Usage: "serve a page of the conference to browsers of this machine, and print its address", DisableDefaultText: true},
			&cli.BoolFlag{Name: "with-parent", Usage: "end when standard input does", Hidden: true},
			&cli.StringFlag{Name: "log-file", Usage: "log to `FILE`, which is kept from growing without end", Hidden: true},
		},
		Action: func(c *cli.Context) error {
			o := nodeOptions{c.String("config"), c.String("log-level"), c.String("log-format"), c.Bool("with-parent"), c.Bool("page"), c.String("log-file")}
			if c.NArg() > 0 {
				return usagef("node: it takes no arguments; name the settings with --config")
			}
			return e.runNode(c.Context, &o)
		},
	}
}

func (e *env) runNode(ctx context.Context, o *nodeOptions) error {
	if o.logFile != "" {
		if err := e.logTo(o.logFile); err != nil {
			return err
		}
	}
	if o.config == "" {
		return usagef("node: name the capital's settings: --config FILE")
	}
	config, log, err := e.readNode(o)
	if err != nil {
		return err
	}
	ctx, again, end := interruptible(ctx)
	defer end()
	if o.withParent {
		var orphaned context.CancelFunc
		ctx, orphaned = context.WithCancel(ctx)
		defer orphaned()
		go func() {
			_, _ = io.Copy(io.Discard, e.stdin) // it ends when the parent does, whatever the error
			orphaned()
		}()
	}
	lock, err := lockFile(filepath.Join(filepath.Dir(o.config), nodeLockFile))
	var held *heldError
	switch {
	case errors.As(err, &held):
		return fmt.Errorf("%s is run already, by process %d", config.Capital, held.pid)
	case err != nil: // such as settings on a disk that cannot be written; the data folder has a lock of its own
		log.Warn("nobody will find this process by its lock", zap.Error(err))
	default:
		defer func() { _ = lock.Close() }()
	}
	go keepSmall(ctx)
	raftMetrics, err := api.RaftMetrics()
	if err != nil {
		return err
	}
	shown := newOwnPage(config)
	defer shown.close()
	h, err := host.Start(ctx, config, host.Options{Logger: log, Version: version(), Gather: []prometheus.Gatherer{raftMetrics}, Page: shown})
	if err != nil {
		if ctx.Err() != nil {
			return nil
		}
		return err
	}
	err = e.print(fmt.Sprintf("%s: listening on https://%s, Raft on %s\n", config.Capital, config.API.Address(), h.Wire().Address()))
	if err == nil && o.page {
		address, end := e.pageWhenFounded(ctx, config)
		defer end()
		if address != "" {
			err = e.print("page: " + address + "\n")
		}
	}
	if err == nil {
		select {
		case <-ctx.Done():
		case err = <-h.Failed():
		}
	}
	shown.close() // else the interface would wait for who looks at it
	return errors.Join(err, closeHost(h, again))
}

// readNode reads a capital's settings, with all that they name. Mistakes in them are the user's.
func (e *env) readNode(o *nodeOptions) (*host.Config, *zap.Logger, error) {
	log, err := e.logger(o.logLevel, o.logFormat)
	if err != nil {
		return nil, nil, err
	}
	config, err := host.LoadConfig(o.config)
	if err != nil {
		return nil, nil, usagef("%v", err)
	}
	if _, err := config.LoadCharter(); err != nil {
		return nil, nil, usagef("%s: %v", o.config, err)
	}
	if _, err := identity.Load(config.IdentityFolder()); err != nil {
		return nil, nil, usagef("%s: %v", o.config, err)
	}
	return config, log, nil
}

// errAtOnce says that a capital was not ended cleanly, as its user wished.
var errAtOnce = errors.New("ended at once; what was under way is unknown")

// closeHost ends a capital, and does not wait for it if it is to end at once.
func closeHost(h *host.Host, atOnce <-chan struct{}) error {
	ctx, cancel := context.WithTimeout(context.Background(), stopPatience)
	defer cancel()
	done := make(chan error, 1)
	go func() { done <- h.Close(ctx) }()
	select {
	case err := <-done:
		return err
	case <-atOnce:
		return errAtOnce
	}
}

// logger returns a logger to standard error.
func (e *env) logger(level, format string) (*zap.Logger, error) {
	at, err := zapcore.ParseLevel(level)
	if err != nil || !slices.Contains([]string{"debug", "info", "warn", "error"}, level) {
		return nil, usagef("--log-level takes debug, info, warn or error, not %q", level)
	}
	settings := zap.NewProductionEncoderConfig()
	settings.EncodeTime = zapcore.ISO8601TimeEncoder
	var encoder zapcore.Encoder
	switch format {
	case "console":
		encoder = zapcore.NewConsoleEncoder(settings)
	case "json":
		encoder = zapcore.NewJSONEncoder(settings)
	default:
		return nil, usagef("--log-format takes console or json, not %q", format)
	}
	return zap.New(zapcore.NewCore(encoder, zapcore.Lock(zapcore.AddSync(e.stderr)), at)), nil
}

// version returns the version of this program.
func version() string {
	if info, ok := debug.ReadBuildInfo(); ok {
		return info.Main.Version
	}
	return "unknown"
}
