// Designated initialisers of the public aggregates name one member and leave the others out: that must give no warning
// under -Wall -Wextra. This is compiled, never run.
#include <cotape/cotape.h>
#include <cotape/engine/tape/graph.h>  // goes with it: no type has the name of another
#include <cotape/solvers/ilp/ilp.h>    // in cotape.h where CBC is, as is the next
#include <cotape/solvers/linear/linear_program.h>

using namespace cotape;

void see_all();

namespace {

template <class T>
void see(const T&) {}

}  // namespace

void see_all() {
  // engine/base
  see(AxisView{.size = {}});
  // engine/kernels
  see(Padding{.top = {}});
  see(Padding1d{.before = {}});
  see(ConvSettings{.activation = {}});
  see(ConvTransposeSettings{.groups = {}});
  see(Conv1dSettings{.dilation = {}});
  see(ConvTranspose1dSettings{.padding = {}});
  see(PoolSettings{.stride = {}});
  // engine/tape
  see(GradcheckOptions{.tolerance = {}});
  see(GradcheckResult{.where = {}});
  see(Op{.surrogate = {}});
  see(NodeInfo{.name = {}});
  // engine/ops
  see(Transpose{.b = {}});
  see(BatchNormSettings{.activation = {}});
  see(ChannelStatistics{.count = {}});
  see(LayerNormSettings{.epsilon = {}});
  see(Sorted{.indices = {}});
  see(NllOptions{.reduction = {}});
  see(CrossEntropyOptions{.reduction = {}});
  see(RecurrentWeights{.hidden = {}});
  see(RecurrentSettings{.reverse = {}});
  see(RecurrentResult{.hidden = {}});
  see(LstmState{.hidden = {}});
  see(LstmResult{.outputs = {}});
  see(AttentionMask{.causal = {}});
  see(EmbeddingSettings{.padding = {}});
  // engine/inspect
  see(InspectedNode{.shape = {}});
  see(InspectedProduct{.first = {}});
  see(Exhibit{.instances = {}});
  see(SolverLens{.minimises = {}});
  see(SolverLens::Call{.scores = {}});
  see(SideBySide{.minimises = {}});
  see(SideBySide::Column{.facts = {}});
  see(Inspection{.products = {}});
  see(InspectionOptions{.exhibit_values = {}});
  see(Statistics{.minimum = {}});
  see(HeatMap{.high = {}});
  see(Summary{.histogram = {}});
  see(LayerRow{.output = {}});
  // nn/layers
  see(BatchNormOptions{.momentum = {}});
  see(Conv1dOptions{.bias = {}});
  see(Conv2dOptions{.bias = {}});
  see(ConvTranspose2dOptions{.bias = {}});
  see(GroupNormOptions{.affine = {}});
  see(LayerNormOptions{.bias = {}});
  see(LinearOptions{.activation = {}});
  // nn/optim
  see(AdamOptions{.beta2 = {}});
  see(AdamWOptions{.beta2 = {}});
  see(AdagradOptions{.lr_decay = {}});
  see(EmaOptions{.decay = {}});
  see(GroupOptions{.weight_decay = {}});
  see(LbfgsOptions{.history = {}});
  see(LionOptions{.beta2 = {}});
  see(PlateauOptions{.patience = {}});
  see(RmsPropOptions{.momentum = {}});
  see(ConstantSchedule{.rate = {}});
  see(StepSchedule{.every = {}});
  see(MultiStepSchedule{.milestones = {}});
  see(ExponentialSchedule{.factor = {}});
  see(CosineSchedule{.length = {}});
  see(WarmUpSchedule{.length = {}});
  see(OneCycleSchedule{.length = {}});
  see(SgdOptions{.nesterov = {}});
  // nn/sequence
  see(RecurrentOptions{.layers = {}});
  see(SequenceOptions{.lengths = {}});
  see(LstmOptions{.lengths = {}});
  see(EmbeddingOptions{.padding = {}});
  see(TransformerOptions{.hidden = {}});
  see(MessageOptions{.self_loops = {}});
  // nn/train
  see(StepNumber{.step = {}});
  see(TrainingOptions{.epochs = {}});
  see(TrainingStepOptions{.max_gradient_norm = {}});
  // solvers/kit
  see(AllowedEdges{.allowed = {}});
  see(Edge{.from = {}});
  // solvers/core
  see(SolverDiagnostics{.entries = {}});
  see(SolverCalls{.backward = {}});
  see(SampleLayout{.samples = {}});
  see(Domain{.upper = {}});
  see(SolverTraits{.exact = {}});
  // solvers/select
  see(Enumerated{.sense = {}});
  see(Ranking{.sense = {}});
  see(TopK{.k = {}});
  see(TopKInstance{.k = {}});
  // solvers/paths
  see(GridCell{.column = {}});
  see(GridPath{.neighbours = {}});
  see(GridPathInstance{.end = {}});
  see(ShortestPathInstance{.source = {}});
  see(Viterbi{.labels = {}});
  see(SequenceLength{.steps = {}});
  see(TimeWarping{.second = {}});
  see(EditAlignment{.second = {}});
  see(AlignmentLengths{.second = {}});
  see(Segmentation{.max_length = {}});
  see(SegmentationSize{.segments = {}});
  // solvers/tsp
  see(TspLimits{.seconds = {}});
  see(TspInstance{.cities = {}});
  see(Tsp{.limits = {}});
  see(TspLocalSearch{.kicks = {}});
  see(TspResult{.optimal = {}});
  // solvers/assignment
  see(Assignment{.columns = {}});
  see(Assignment::Instance{.columns = {}});
  see(AssignmentResult{.cost = {}});
  // solvers/ilp
  see(IlpVariable{.upper = {}});
  see(IlpRow{.lower = {}});
  see(IlpRow::Term{.factor = {}});
  see(IlpLimits{.seconds = {}});
  see(Ilp{.fixed = {}});
  see(IlpResult{.optimal = {}});
  // solvers/linear
  see(LpGradients{.lower = {}});
  see(LpgdOptions{.rho = {}});
  see(LpgdPoint{.factor = {}});
  see(LinearProgramOptions{.upper = {}});
  // solvers/quadratic
  see(GraphMatchingLayout{.right_nodes = {}});
  see(MatchedGraphs{.right = {}});
  see(GraphMatching{.limits = {}});
  see(GraphMatchingSearch{.steps = {}});
  see(GraphMatchingProblem{.edge_costs = {}});
  see(GraphMatchingResult{.cost = {}});
  see(QuadraticLimits{.seconds = {}});
  see(QuadraticAssignmentOptions{.limits = {}});
  see(QuadraticAssignmentResult{.cost = {}});
  // solvers/matching
  see(PerfectMatchingOptions{.sense = {}});
  see(MaxWeightMatchingOptions{.max_cardinality = {}});
  see(MatchingResult{.cost = {}});
  see(MatchingBlossom{.dual = {}});
  // solvers/trees
  see(ArborescenceOptions{.root = {}});
  see(ArborescenceInstance{.root = {}});
  see(SpanningTreeOptions{.forest = {}});
  // solvers/perturb
  see(TwoPoint{.alpha = {}});
  see(SumOfGamma{.s = {}});
  // solvers/rules
  see(AimleState{.lambda = {}});
  see(AimleAdaptation{.nonzeros = {}});
  see(Aimle{.side = {}});
  see(Blackbox{.side = {}});
  see(Imle{.tau = {}});
  see(Perturbed{.samples = {}});
  see(RunningMean{.steps = {}});
  see(ScoreFunction{.samples = {}});
  see(ExactScoreFunction{.baseline = {}});
  see(RuleSetting{.range = {}});
  see(StraightThrough{.tau = {}});
  // solvers/losses
  see(FenchelYoungOptions{.samples = {}});
  see(PerturbationGradientOptions{.points = {}});
  see(RegretOptions{.ties = {}});
  see(Regret{.unsettled = {}});
  // solvers/relax
  see(DavisYinOptions{.step = {}});
  see(LinearEquation{.terms = {}});
  see(Annealing{.end = {}});
  // solvers/layer
  see(RuleAnswer{.input_gradient = {}});
  see(RuleAnswer::Call{.scores = {}});
  see(RuleComparison{.scores = {}});
  see(CompareOptions{.seed = {}});
  // data/formats
  see(ByteArray{.values = {}});
  see(OrlibAssignment{.costs = {}});
  see(QaplibProblem{.flow = {}});
  see(Tsplib{.weights = {}});
  see(WordVectors{.vectors = {}});
  // data/sets
  see(Capital{.latitude = {}});
  see(Fold{.test = {}});
  see(World{.flags = {}});
  see(GlobeTours{.countries = {}});
  see(GlobeTourOptions{.seed = {}});
  see(LabelRanking{.features = {}});
  see(DecisionOptions{.count = 1});
  see(DecisionData{.costs = {}});
  see(KnapsackData{.values = {}});
  see(PortfolioData{.returns = {}});
  see(ImageSet{.images = {}});
  see(TerrainOptions{.seed = {}});
  see(WarcraftMaps{.maps = {}});
  see(ChannelMoments{.deviation = {}});
  see(Op{.name = "an op of the user's"});
  see(Checkpoint::Entry{.shape = {}});
  see(IdxArray{.shape = {}});
  see(NpyArray{.shape = {}});
}
