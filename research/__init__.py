"""Questionnaires, unused resources and desk documents. Its room stands; its furniture comes with a later issue."""
