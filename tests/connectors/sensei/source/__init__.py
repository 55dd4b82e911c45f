"""Tests of the Sensei Cloud source."""
