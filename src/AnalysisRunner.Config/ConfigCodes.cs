namespace AnalysisRunner.Config;

/// <summary>The codes of this part; <c>docs/diagnostics</c> has a page for each.</summary>
internal static class ConfigCodes
{
    internal const string UnknownKeyword = "AR3001";
    internal const string UnknownType = "AR3002";
    internal const string KeywordValue = "AR3003";
    internal const string KeywordNotForType = "AR3004";
    internal const string BadDefault = "AR3005";
    internal const string BadPattern = "AR3006";
    internal const string EmptyRange = "AR3007";
    internal const string NameCollision = "AR3008";
    internal const string ReservedName = "AR3009";
    internal const string DeclaredTwice = "AR3010";
    internal const string ItemsMissing = "AR3011";
    internal const string BadClassName = "AR3012";
    internal const string BadEnum = "AR3013";
    internal const string OptionalWithDefault = "AR3014";
    internal const string BuiltInKey = "AR3015";
    internal const string BadExample = "AR3016";

    internal const string UnknownKey = "AR4101";
    internal const string MissingKey = "AR4102";
    internal const string WrongType = "AR4103";
    internal const string OutOfRange = "AR4104";
    internal const string PatternMismatch = "AR4105";
    internal const string NotInEnum = "AR4106";
    internal const string WrongLength = "AR4107";
    internal const string DuplicateItem = "AR4108";
    internal const string Deprecated = "AR4109";
    internal const string MalformedText = "AR4110";
    internal const string NoConfig = "AR4120";
    internal const string UnreadableFile = "AR4121";
    internal const string RemotePath = "AR4122";
    internal const string KeyNotFound = "AR4123";
    internal const string StorageUnknown = "AR4124";
    internal const string ProtectedKey = "AR4150";
}
