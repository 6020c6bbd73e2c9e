# SPDX-License-Identifier: Apache-2.0
"""Tests of the rig itself, without a machine: python3 -m unittest discover -s rig/tests -t rig"""
