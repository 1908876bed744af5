using System;
using AnalysisRunner.Toml;

namespace AnalysisRunner.Config;

/// <summary>One source of config: a file of the user, a template, or the server's own values.</summary>
public sealed class ConfigLayer
{
    private ConfigLayer(string name, TomlDocument document, bool isUser)
    {
        Name = name;
        Document = document;
        IsUser = isUser;
    }

    /// <summary>How people call it: the path of a file, or a name such as <c>server</c>.</summary>
    public string Name { get; }

    /// <summary>Its text, read.</summary>
    public TomlDocument Document { get; }

    /// <summary>Whether a user wrote it, so that it may not set protected keys.</summary>
    public bool IsUser { get; }

    /// <summary>A layer that a user wrote: protected keys are refused.</summary>
    public static ConfigLayer FromUser(string name, TomlDocument document) => new(
        name ?? throw new ArgumentNullException(nameof(name)), document ?? throw new ArgumentNullException(nameof(document)), isUser: true);

    /// <summary>A layer that a user wrote: protected keys are refused.</summary>
    public static ConfigLayer FromUser(string name, string toml) => FromUser(name, TomlDocument.Parse(toml, name));

    /// <summary>A layer that the server wrote, or a config that it composed: nothing in it is protected from it.</summary>
    public static ConfigLayer FromServer(string name, TomlDocument document) => new(
        name ?? throw new ArgumentNullException(nameof(name)), document ?? throw new ArgumentNullException(nameof(document)),
            isUser: false);

    /// <summary>A layer that the server wrote, or a config that it composed: nothing in it is protected from it.</summary>
    public static ConfigLayer FromServer(string name, string toml) => FromServer(name, TomlDocument.Parse(toml, name));

    /// <summary>A layer that a user gave as values (the JSON of a request, say): protected keys are refused.</summary>
    /// <exception cref="TomlWriteException">TOML has no form for a value.</exception>
    public static ConfigLayer FromUser(string name, TomlMap values) => FromUser(name, TomlWriter.Write(values, TomlDialect.Full));

    /// <summary>A layer of values that the server sets.</summary>
    /// <exception cref="TomlWriteException">TOML has no form for a value.</exception>
    public static ConfigLayer FromServer(string name, TomlMap values) => FromServer(name, TomlWriter.Write(values, TomlDialect.Full));
}
