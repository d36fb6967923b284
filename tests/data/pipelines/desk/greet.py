def greet() -> str:
    return "Hello, world!"
