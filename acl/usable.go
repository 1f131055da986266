package acl

import (
	"errors"
	"fmt"
	"slices"

	"github.com/durward-go/durward/scope"
)

// ErrNotUsable says that a level cannot be used at an organization.
var ErrNotUsable = errors.New("acl: level not usable here")

// Usable reports whether the level can be given to people of the organization.
// It is used at its owner and below. One of a [Type.Hidden] type is also hidden
// from each entity of the kinds of [Options.HiddenFrom], the organization
// itself included, that lies on the way up to the owner, the owner left out:
// then something on the organization's chain must be in [Level.VisibleTo],
// which opens the level to that entity and all below it. The error wraps
// [ErrNotUsable], or [ErrNotAssignable] for a component.
func (s *System) Usable(level Level, organization *scope.Lineage) error {
	t, err := s.check(level)
	if err != nil {
		return err
	}
	if err := t.assignable(level.ID); err != nil {
		return err
	}
	if err := within(level, organization); err != nil || !t.Hidden {
		return err
	}
	hiddenFrom, belowOwner := "", true
	for id, kind := range organization.Chain() {
		if slices.Contains(level.VisibleTo, id) {
			return nil
		}
		belowOwner = belowOwner && id != level.Owner
		if belowOwner && hiddenFrom == "" && slices.Contains(s.hiddenFrom, kind) {
			hiddenFrom = id
		}
	}
	if hiddenFrom != "" {
		return fmt.Errorf("%w: %q at %q: hidden from %q; make it visible to that entity",
			ErrNotUsable, level.ID, organization.Object(), hiddenFrom)
	}
	return nil
}

// Includable reports whether the component can be included in a level that
// belongs to the entity of owner: it must be usable everywhere that the level
// is. owner is nil for a level that is used everywhere. The error wraps
// [ErrNotUsable] where the component belongs to another entity.
func (s *System) Includable(component Level, owner *scope.Lineage) error {
	t, err := s.check(component)
	if err != nil {
		return err
	}
	if !t.Component() {
		return fmt.Errorf("acl: level %q: its type is %q, and only components can be included", component.ID, t.Name)
	}
	if owner == nil {
		if component.Owner != "" {
			return fmt.Errorf("%w: component %q belongs to %q, and the level would be used everywhere", ErrNotUsable, component.ID, component.Owner)
		}
		return nil
	}
	return within(component, owner)
}

// within reports whether l is the lineage of the level's owner or of something
// below it. An unknown place is within nothing.
func within(level Level, l *scope.Lineage) error {
	if l == nil || l.Object() == "" {
		return fmt.Errorf("%w: %q: no organization is given", ErrNotUsable, level.ID)
	}
	if level.Owner != "" && !l.Within(level.Owner) {
		return fmt.Errorf("%w: %q at %q: it belongs to %q and is used only there and below",
			ErrNotUsable, level.ID, l.Object(), level.Owner)
	}
	return nil
}
