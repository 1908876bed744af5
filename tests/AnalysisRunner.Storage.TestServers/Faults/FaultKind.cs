namespace AnalysisRunner.Storage.TestServers.Faults;

public enum FaultKind
{
    AnswerBefore,
    AnswerAfter,
    CutRequest,
    CutAnswer,
    AlterRequest,
    AlterAnswer,
    Silence,
}
