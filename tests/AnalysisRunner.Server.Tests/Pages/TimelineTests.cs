using System.Globalization;
using System.Xml.Linq;
using AnalysisRunner.Server.Pages.Shared;
using Microsoft.AspNetCore.Components;
using Microsoft.AspNetCore.Components.Web;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging.Abstractions;

namespace AnalysisRunner.Server.Tests.Pages;

/// <summary>The picture of when things ran.</summary>
public sealed class TimelineTests
{
    private static readonly DateTimeOffset Start = new(2026, 3, 4, 12, 0, 0, TimeSpan.Zero);

    [Fact]
    public async Task Bars_lie_where_and_are_as_long_as_what_they_show()
    {
        var bars = await DrawAsync(("checkout", 0, 10), ("build", 10, 60), ("run", 60, 200), ("batch", 150, 200));

        bars.Select(bar => bar.Label).ShouldBe(["checkout", "build", "run", "batch"]);
        // 200 seconds on 700 units.
        bars.Select(bar => (bar.X, bar.Width)).ShouldBe([(0, 35), (35, 175), (210, 490), (525, 175)]);
        bars.Zip(bars.Skip(1)).ShouldAllBe(pair => pair.First.Y + pair.First.Height < pair.Second.Y);
        bars.ShouldAllBe(bar => bar.TextY > bar.Y && bar.TextY < bar.Y + bar.Height);
    }

    [Fact]
    public async Task Labels_stand_behind_early_bars_and_before_late_ones()
    {
        var bars = await DrawAsync(("early", 0, 40), ("half", 50, 60), ("late", 51, 100));

        bars.Select(bar => (bar.Anchor, bar.TextX)).ShouldBe([("start", 287), ("start", 427), ("end", 352)]);
    }

    [Theory]
    [InlineData(0, 0)]
    [InlineData(0, -5)]
    public async Task What_took_no_time_is_seen(int from, int to)
    {
        (await DrawAsync(("first", from, to))).ShouldHaveSingleItem().ShouldSatisfyAllConditions(bar => bar.X.ShouldBe(0), bar => bar.Width.ShouldBe(2), bar => bar.TextX.ShouldBe(9));
        (await DrawAsync(("first", from, to), ("second", 0, 1000))).Select(bar => bar.Width).ShouldBe([2, 700]);
    }

    [Fact]
    public async Task Each_bar_says_what_it_is_in_words_and_text_is_no_markup()
    {
        var bar = (await DrawAsync(("<b>&", 0, 90))).ShouldHaveSingleItem();

        bar.Title.ShouldBe("<b>&, succeeded, 1 min 30 s");
        bar.State.ShouldBe("succeeded");
        (await RenderAsync([])).ShouldBeEmpty();
    }

    private static async Task<IReadOnlyList<Bar>> DrawAsync(params (string Label, int From, int To)[] items)
    {
        var picture = XElement.Parse(await RenderAsync([.. items.Select(item => new TimelineItem(item.Label, "succeeded", Start.AddSeconds(item.From), Start.AddSeconds(item.To)))]));
        picture.Attribute("viewBox")!.Value.ShouldBe(string.Create(CultureInfo.InvariantCulture, $"0 0 1000 {items.Length * 22}"));
        return [.. picture.Elements("g").Select(Bar.Read)];
    }

    private static async Task<string> RenderAsync(IReadOnlyList<TimelineItem> items)
    {
        await using var services = new ServiceCollection().BuildServiceProvider();
        await using var renderer = new HtmlRenderer(services, NullLoggerFactory.Instance);
        return await renderer.Dispatcher.InvokeAsync(async () =>
            (await renderer.RenderComponentAsync<Timeline>(ParameterView.FromDictionary(new Dictionary<string, object?> { [nameof(Timeline.Items)] = items }))).ToHtmlString().Trim());
    }

    private sealed record Bar(string Label, string State, string Title, double X, double Y, double Width, double Height, double TextX, double TextY, string Anchor)
    {
        public static Bar Read(XElement group)
        {
            var (bar, text) = (group.Element("rect")!, group.Element("text")!);
            return new Bar(
                text.Value, group.Attribute("class")!.Value, group.Element("title")!.Value, Number(bar, "x"), Number(bar, "y"), Number(bar, "width"), Number(bar, "height"),
                Number(text, "x"), Number(text, "y"), text.Attribute("text-anchor")!.Value);
        }

        private static double Number(XElement element, string name) => double.Parse(element.Attribute(name)!.Value, CultureInfo.InvariantCulture);
    }
}
