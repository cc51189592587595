"""The Matrix Push Gateway API, which homeservers such as Synapse, Dendrite and Conduit speak.

Source: Matrix specification, "Push Gateway API" v1. What apps are sent is what Sygnal, the reference gateway, sends.
"""
