package otp

import (
	"bytes"
	"errors"
	"fmt"
	"image"
	"image/color"
	"image/png"
	"strings"

	"github.com/boombuler/barcode/qr"
)

// MaxScale is the most pixels to the side of a module: it keeps the largest
// possible picture under 2,400 pixels a side.
const MaxScale = 16

// quietZone is the empty margin in modules that ISO/IEC 18004:2015 §6.3.8 asks
// for on every side; many readers find no code without it.
const quietZone = 4

// QR is the QR code of a key's provisioning URI, so a secret like the key: the
// value prints as "(hidden)", the pictures that its methods return do not.
//
// It is safe to copy and for concurrent use. The zero QR has no modules: its PNG
// is an error and its Text is empty.
type QR struct{ hidden[modules] }

// modules is a square of dark and light modules without a quiet zone.
type modules struct {
	size int
	dark []bool
}

// at reports whether the module in a column and row is dark. Around the square
// everything is light.
func (m modules) at(column, row int) bool {
	inside := 0 <= column && column < m.size && 0 <= row && row < m.size
	return inside && m.dark[row*m.size+column]
}

// QR returns the QR code of [Key.URI], and its errors. Error correction is
// level M; the URI is plain ASCII in byte mode, which every reader takes.
func (k Key) QR(label Label) (QR, error) {
	uri, err := k.URI(label)
	if err != nil {
		return QR{}, err
	}
	// Byte mode is named rather than left to be chosen because the encoder's
	// error in automatic mode quotes the whole content, key and all.
	code, err := qr.Encode(uri, qr.M, qr.Unicode)
	if err != nil {
		return QR{}, errors.New("otp: QR: the URI does not fit a QR code")
	}
	size := code.Bounds().Dx()
	square := modules{size: size, dark: make([]bool, size*size)}
	for row := range size {
		for column := range size {
			square.dark[row*size+column] = code.At(column, row) == color.Black
		}
	}
	return QR{hide(square)}, nil
}

// PNG draws the code in black on white, quiet zone included, with scale pixels
// (1 to [MaxScale]) to the side of a module. At 8 a usual code is about 450
// pixels a side; at 1 some readers find nothing.
func (q QR) PNG(scale int) ([]byte, error) {
	if q.IsZero() {
		return nil, errors.New("otp: PNG: the QR code is empty; use Key.QR")
	}
	if scale < 1 || scale > MaxScale {
		return nil, fmt.Errorf("otp: PNG: scale %d: want 1 to %d pixels", scale, MaxScale)
	}
	square := q.value()
	side := (square.size + 2*quietZone) * scale
	picture := image.NewPaletted(image.Rect(0, 0, side, side), color.Palette{color.White, color.Black})
	for y := range side {
		for x := range side {
			if square.at(x/scale-quietZone, y/scale-quietZone) {
				picture.SetColorIndex(x, y, 1)
			}
		}
	}
	var out bytes.Buffer
	if err := png.Encode(&out, picture); err != nil {
		return nil, fmt.Errorf("otp: PNG: %w", err)
	}
	return out.Bytes(), nil
}

// Terminal says how a terminal shows text. The zero Terminal is dark, and so is
// every value but [LightTerminal].
type Terminal int

const (
	// DarkTerminal shows light text on a dark background.
	DarkTerminal Terminal = iota
	// LightTerminal shows dark text on a light background.
	LightTerminal
)

// Text draws the code with half-block characters, quiet zone included, for a
// terminal: two rows of modules to a line, every line ended by "\n", nothing
// coloured. A usual code is 57 columns and 29 lines. On the wrong kind of
// terminal light and dark are swapped and many readers fail.
func (q QR) Text(terminal Terminal) string {
	if q.IsZero() {
		return ""
	}
	square := q.value()
	// The characters draw what the background is not: light modules on a dark
	// terminal, dark ones on a light.
	drawn := func(column, row int) bool {
		if row >= square.size+quietZone {
			return false // below the last row of an odd number of rows
		}
		return square.at(column, row) == (terminal == LightTerminal)
	}
	var out strings.Builder
	for row := -quietZone; row < square.size+quietZone; row += 2 {
		for column := -quietZone; column < square.size+quietZone; column++ {
			out.WriteString(halfBlock(drawn(column, row), drawn(column, row+1)))
		}
		out.WriteByte('\n')
	}
	return out.String()
}

func halfBlock(upper, lower bool) string {
	switch {
	case upper && lower:
		return "█"
	case upper:
		return "▀"
	case lower:
		return "▄"
	}
	return " "
}
