from tensorflow._inert import inert_names

__getattr__ = inert_names(__name__)
