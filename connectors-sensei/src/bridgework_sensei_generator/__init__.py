"""Invented practices as ``sensei-export`` 1.0 folders, with the truth about what is wrong in them."""

from bridgework_sensei_generator.generator import GENERATED_AT, generate, team
from bridgework_sensei_generator.later import generate_delta
from bridgework_sensei_generator.practice import TeamMember
from bridgework_sensei_generator.truth import Truth

__all__ = ["GENERATED_AT", "TeamMember", "Truth", "generate", "generate_delta", "team"]
